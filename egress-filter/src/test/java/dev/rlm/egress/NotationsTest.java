package dev.rlm.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Places in which a value is a secret, and the same places without one. */
class NotationsTest {

  private final EgressFilter filter = EgressFilter.builder().build();

  private String filtered(String text) {
    return filter.openSession().filter(Channel.STDOUT, text).text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Announced on the line before
        "elastic user password (shown once):\n    ⟦mgHLvNzsuR=NCDroD2qq⟧\n",
        "unlock it\nwith the password below:\n\n⟦c318f64b44e9f5d411eca14e45ad7124⟧\n\nkeep it",
        "$ kubectl get secret admin -o jsonpath='{.data.password}' | base64 -d; echo\n⟦AlspFoeI006uljBI⟧\n",
        // Rows of a statement
        "INSERT INTO accounts (user, password) VALUES ('bob', '⟦M0nk3y-12⟧');",
        "insert into `users` (id, password, made) values\n (1, '⟦guitar-planet-6⟧', now()),\n (2, '⟦Q2LjX1aC1xD2fLs⟧', now());",
        // Fallbacks of variables
        "local token = os.getenv(\"GATEWAY_TOKEN\") or \"⟦f631d4c4b6d7b68acabee7a250cb3a4a3345e21e⟧\"",
        "const key = process.env.SHOP_API_KEY ?? '⟦f631d4c4b6d7b68acabee7a250cb3a4a3345e21e⟧';",
        // Whole, though every line of it is a digest to look at
        "-----BEGIN OpenVPN Static key V1-----\n⟦8abbfac5fb6948c5b67e31d590690fe2⟧\n⟦314547145b4c8c616aa91f249ba2485b⟧\n-----END OpenVPN Static key V1-----\n",
        // JSON in markup
        "<div data=\"{&quot;password&quot;:&quot;⟦MtefYSaSoy8zPp⟧&quot;}\">",
        // Sentences
        "temporary root password for this instance: ⟦F6vmCUg;ACHX⟧\n",
        "enable password 0 ⟦Tlptm133!⟧\n",
        "das Startkennwort lautet ⟦Rhgnnbud43!⟧\n",
        "la contraseña del panel es «⟦Ylmrnzp731⟧» y nada más",
        "логин deploy, пароль ⟦05YyWrXLaE91⟧, порт 2222",
        "ZIPのパスワードは「⟦cgrh874519⟧」です",
        "la password del database di collaudo è ⟦Mijhwlk11?⟧ - ciao",
        "Server=db;Password=⟦f.vbsXigmR!6_k5⟧;Encrypt=True",
        "then sign in with ⟦Tr3llis88⟧ as the password.",
        "ALTER ROLE app WITH PASSWORD ('⟦Tr3llis-88⟧');",
        "le mot de passe est « ⟦Soleil!Levant3⟧ ».",
        "votre mot de passe ⟦Bruyere!2291⟧ expire demain",
        "测试库的用户名是 reader，密码：⟦Qingming.3047⟧，端口还是 3306。",
        "[x] palavra-passe inicial do correio: ⟦Azulejo-Tejo_18⟧\n",
        "anybody has the admin password?\nIna: sure, it's ⟦JzgS6UkyRPL0DwLD⟧\n",
        "As discussed, the API key for the sandbox is ⟦443573d6980e304bfffcce68b5ca55b6⟧.",
        "ftp.example.com user web14 pass ⟦r2liIL0PbY⟧ as before",
        // What a place says in the configuration of networks
        "snmp-server community ⟦bergsee-RO⟧ RO 10\n",
        "com2sec readonly  10.0.0.0/8  ⟦wbnadu3500⟧\nrocommunity ⟦m0nitor-Ulme⟧ 10.1.0.0/16\n",
        "enable secret 0 ⟦Switch-Core#1⟧\n",
        "    edit \"guest01\"\n        set passwd ⟦Hibou-Vert21⟧\n",
        "bindpw ⟦mfsOVNixDixBar⟧\n",
        "pre-shared-key ascii-text \"⟦$9$mN9H2cwO3kzGIcMrrZO2NBI.c2⟧\";",
        "alice : EAP \"⟦Wolkenkratzer6⟧\"\n",
        "snmpwalk -v3 -l authPriv -u monitor -a SHA -A ⟦Glasfaser_Ost8⟧ -x AES -X ⟦acyEiH8Ql6eC0A0Z⟧ sw3\n",
        "snmpget -v2c -c ⟦qmagSnMp655⟧ 10.0.4.17 1.3.6.1\n",
        "WIFI:S:Buchladen Gast;T:WPA;P:⟦lesezeichen-am-fluss⟧;H:false;;",
        // Addresses without a user, and Oracle's
        "'redis://:⟦e3296223f0c5e36e4bc34ba215cc6c0a⟧@cache.example.com:6379/2'",
        "SQL> connect hr/⟦Oboe_Concert9⟧@//ora1.example.com:1521/HRPDB\n",
        // With an ampersand
        "storePassword=⟦deo4enVVMIAe⟧\nkeyPassword=⟦Katze&Hund7⟧\n",
        // Leaders, rows and labels
        "ExaApiKey ............ ⟦3e3afd2f-0227-6690-f8c4-2a9a03085f9e⟧\n",
        "12|shop_api_key|⟦6afbcda4-e63b-7aeb-5fe6-7ea014765a43⟧|2025-02-01\n",
        "SSID            HomeBox\nADMIN PASSWORD  ⟦43rhdvl0⟧\n",
        "/interface add name=sec-office passphrase=⟦Leuchtturm.Sylt66⟧\n",
        // Columns with quotes, and with commas in a cell
        "\"url\",\"user\",\"password\",\"note\"\n\"https://a.example.com\",\"b, c\",\"⟦heulen-im-wald-3⟧\",\"\"\n",
        "INSERT INTO `clients` (`id`,`name`,`client_secret`,`active`) VALUES (3,'kiosk','⟦4d3a739f0dd73476303e1021d32c233c⟧',1);",
        // Phrases and codes behind a remark
        "wallet seed, do not lose: ⟦anchor velvet museum orbit clinic hybrid trumpet wagon silent copper lemon zebra⟧ (safe)",
        "Recovery phrase\n 1. ⟦rapid      2. fossil     3. kitten     4. useful\n 5. border     6. pigeon     7. vacant     8. gloom\n 9. ethics    10. napkin    11. oyster    12. squeeze⟧\n",
        "Save your recovery codes\nEach code can be used once. Keep them safe.\n\n  ⟦lyv7e-qppu6⟧    ⟦6ev3e-wng4q⟧\n  ⟦3vc2r-4p61t⟧\n",
        // Decoded where they are assigned
        "user_key = bytes.fromhex(\"⟦8abbfac5fb6948c5b67e31d590690fe2⟧\")",
        "byte[] signingKey = Base64.getDecoder().decode(\"⟦Q2LjX1aC1xD2fLsM0nk3yQ⟧\");",
        "encryption_key := hex.DecodeString(\"⟦8abbfac5fb6948c5b67e31d590690fe2⟧\")",
        // Lists of numbers
        "static const uint8_t aes_key[16] = {⟦0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c⟧};",
        "byte[] secretKey = new byte[] { ⟦(byte)0x2b, 0x7e, 0x15, 0x16, 0x28, (byte)0xae, (byte)0xd2, 0x26, 0x4b, 0x77, 0x05, 0x08, 0x09, 0x4f, 0x6f, 0x3c⟧ };",
        "let key: [u8; 16] = [⟦0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c⟧];",
        "signing_key = bytes([⟦43, 126, 21, 22, 40, 174, 210, 166, 171, 247, 21, 136, 9, 207, 79, 60⟧])",
        // Columns between blanks
        "    user    password  age\n0  alice  ⟦Hunter2!x9⟧   31\n1    bob   ⟦Tr3llis88⟧   44\n",
        "NAME    API_TOKEN               AGE\nbuild   ⟦q8Zk2LmP0vXtR7sW4nYc⟧    31d\n",
        // Dialogs
        "expect \"*assword:*\"\nsend \"⟦Tr3llis88⟧\\r\"\n",
        "child.expect('Password: ')\nchild.sendline('⟦Tr3llis88⟧')\n",
        // Words of a command
        "net user deploy ⟦Tr3llis-88⟧ /add\n",
        "net use Z: \\\\files\\share ⟦Tr3llis-88⟧ /user:bob /persistent:yes\n",
        "snmpwalk -v3 -u u -l authPriv -A ⟦zkIholc9ZtLc⟧ -X ⟦oYdywm5Wc40g⟧ host\n",
        "['ipmitool', '-H', '10.0.3.9', '-U', 'root', '-P', '⟦h7r97f4wvh⟧', 'chassis', 'status']",
        // What one command writes and another reads
        "echo 'deploy:⟦Sa6LNJ47dxYk⟧' | chpasswd\n",
        "echo '⟦Summer1985%⟧' | sudo -S apt update\n",
        "echo ⟦Tr3llis-88⟧ | docker login -u bob --password-stdin\n",
        "sshfs -o password_stdin jo@host:/ /mnt <<< '⟦Tr3llis-88⟧'\n",
        // Behind other words
        "SET PASSWORD FOR 'root'@'localhost' = '⟦xuY9NZcRPJl+⟧';",
        "print(\"mailtrap_api_token:\", \"⟦e60d5c2def4e3e8f6048c4ed810855a4⟧\")",
        "key <- Sys.getenv(\"JELLYFIN_API_KEY\", unset = \"⟦2b1b5857164fccf820cc3492d2f820dc⟧\")",
        "API_KEY: !!str ⟦d8cb50b2-c2ab-8f15-c574-1ff592d487a8⟧",
        "The wifi key for visitors is ⟦trellis-harbor-31⟧ until Friday.",
        "    psk=\"⟦trellis harbor 31⟧\"\n",
        "/ppp secret add name=branch1 password=⟦LjQDFnNgGoE⟧ service=l2tp",
        "here it is: ⟦e6ad9e8a41a1294d766b9d7a535a9e0c-ea215ff1-3fed26df⟧",
        "  network_key: [⟦247, 209, 77, 95, 15, 18, 25, 87, 8, 187, 251, 130, 239, 46, 143, 216⟧]\n",
        "   id username  password\n0   7   tkowal  ⟦kuagoo-rv88⟧\n1   8  jmercer  ⟦y3rcVuBI57⟧\n",
        "The staging login is qa@example.com with password ⟦dragon104⟧.",
        "Use API key ⟦7c98888fc97954d701e1b60fc9e96ae526e5c3bb⟧ for the weather service.",
        "pw for the nas: ⟦bAd4iP8EZghJ⟧\nvpn: user ada, pass ⟦EBCVl7JR6t⟧, gateway vpn.example.com",
        "\"private_key\": \"⟦MIpVlKMI9Gr0zwxFxvsXI2QWEr/1a19fBYcOzL3KQoyLrPzG2EDc62M57HzIMrbJ\\nUhyVcNPllT3ap2d9i4uPJ3SWw90BtjyFVA1ExWAzjaPxcCNb⟧\"",
        // Codes that replace a second factor
        "Recovery codes:\n  1. ⟦a81f3-9c0d2⟧\n  2. ⟦77b0e-1f4d9⟧\n  3. ⟦0c3d8-ee621⟧\n",
        "{\"backup_codes\": [\"⟦4b9d7f20⟧\", \"⟦0e11c6a8⟧\", \"⟦93fd02b7⟧\"]}",
        "Your backup codes:\n⟦1234 9876⟧\n⟦5521 0393⟧\n⟦8080 4417⟧\n",
      })
  void whatIsASecretByItsPlaceIsRedacted(String marked) {
    String text = marked.replaceAll("[⟦⟧]", "");
    String result = filtered(text);
    for (String piece : marked.split("⟦", -1)) {
      int end = piece.indexOf('⟧');
      if (end > 0) {
        String secret = piece.substring(0, end);
        assertFalse(result.contains(secret), result);
      }
    }
    assertTrue(result.contains("[REDACTED:"), result);
    for (int end = 0; end < text.length(); end++) {
      filtered(text.substring(0, end)); // It may end anywhere.
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Enter your new password:\nPassword2Field\n",
        "keyring.get_password(\"shop-api\", user)",
        "curl -sS -u reader: https://wiki.example.com/api/pages",
        "INSERT INTO audit (user, password) SELECT a, b FROM t1;",
        "insert into t (id, password_hash, name) values (1, 'x', 'Server2012');",
        "UPDATE users SET password = @newHash WHERE id = @id",
        "Das Passwort für Server2012 bitte eingeben",
        "token = opts.token or \"none\"",
        "<SignatureValue>GnYgZdzPeXd/gPTJmQ506qmxWkd3VK1Y23kh5Qpq8y4LMNY+LJJeCWK5wpo/vufR\n"
            + "nIH/KUqvIvtk9nb2IjF5Uw==</SignatureValue>",
        "{\"endCursor\":\"Y3Vyc29yOnYyOpHOAAx9hEtQ7mZ2Kx4\"}",
        "ETag: \"ABcdO1Rf5clu7Yhlkwgelo7Vl4tiqd7Sy5iP5SdkSVU\"",
        "it uses SHA256 as the password hash, and the e-mail address as the password.",
        "key = bytes(32)\nkey = bytes.fromhex(value)",
        "byte[] key = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};",
        "static const uint8_t aes_table[16] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};",
        "NAME    TOKEN    AGE\nbuild   active   31d\nmain2   none     12d\n",
        "  --password  WORD   the password of node17 or node18\n  --user      NAME   the name of user4711\n",
        "expect \"login:\"\nsend \"operator1\\r\"\n",
        "The net use of energy in 2024-2025 fell, and net user growth was strong in 2025",
        "net user deploy /delete\nnet use Z: \\\\files\\share /persistent:yes\n",
        "A recovery code has 8 digits:\n12345678\nand is typed once.",
        "error recovery code 80070005 at 0040a1b2",
        "The password for 'root' is expired",
        "//===- Range.h " + "--------------------------------------------------" + "*- C++ -*-===//",
        "test_login_with_wrong_password ... ok\ntest_token_expires_after_3600s ... ok\n",
        "Sign in with password and code. Then pass the form on, pass 2 of 3, with the password field empty.",
        "the API key identifier is shown, and the access key rotation takes 24h",
        "{'_id': 'b2Zk9QxLmP0vXtR7sW4n', '_score': 1.83}",
        "<script nonce=\"Q2LjX1aC1xD2fLsM0nk3yQ==\" src=\"/app.js\"></script>",
        "--q8Zk2LmP0vXtR7sW4nYcB1dF5gH6jK\r\nContent-Disposition: form-data; name=\"file\"",
        "the password.... and Password ........... required\n",
        "mot de passe 8 caractères minimum, parola 1Password, le mot de passe \\u00E0 stocker",
        "\"name\",\"password\",\"role\"\n\"bob\",\"required\",\"admin\"\n",
        "the public key for node 7 is: 8abbfac5fb6948c5b67e31d590690fe28abbfac5fb6948c5b67e31d590690fe2",
        "snmp-server community public RO\nrocommunity public\nsnmpwalk -v2c -c public 10.0.0.1\n",
        "admin / operator, root / boot",
        "Reset the password. It's ISO-27001-compliant.",
        "WIFI:S:guest;T:nopass;;",
        "level-seed=-812736455182736455\n",
        "Write down the seed phrase:\nkeep it in a place that nobody but you can find when it is dark\n",
        "connect hr/&password@//ora1.example.com:1521/HRPDB\n",
        "GET /login?password=&next=home1&debug\n",
        "password  varchar2\ntoken     varchar2\n",
        "password: !vault-ref secret/data/shop#password\n",
        "<input type=\"password\" name=\"password\" minlength=\"8\">\n<input type=\"submit\" value=\"Sign in\">",
        "example.com. IN DNSKEY 257 3 13 Q2LjX1aC1xD2fLsM0nk3yQQ2LjX1aC1xD2fLsM0nk3yQQ2LjX1aC1xD2fLsM0nk3yQ12",
        "{\"login.password\": \"Passwort\", \"login.token\": \"Zugangscode\"}",
        "if (!match(password)) { errors.password = 'mismatch'; }",
        "label.password=Kennwort\nlabel.user=Benutzer\n",
        "User.create!(password: \"short\")",
        "\"node_id\": \"C_kwDOAK3xQtoAKGY5ZDQwZTBlY2M5MzY1YzM4YmYxNjA4YTk3OGE2\"",
        "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg==",
        "/nix/store/7rjs2k2wyqvbqjmxvwrm3l2dvn4sgqkn-openssl-3.0.13/bin/openssl",
        "echo $PASSWORD | sudo -S apt update\necho done | sudo -S true\n",
        "$ gcloud compute os-login ssh-keys describe \\\n    --key='e0d96d6fad35a61a0577f467940509b5aa08b6dea8d99456ec19a6e4'",
      })
  void theSamePlacesWithoutOneStayAsTheyAre(String text) {
    assertEquals(text, filtered(text));
  }
}
