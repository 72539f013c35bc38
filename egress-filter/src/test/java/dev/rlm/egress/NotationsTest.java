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
      })
  void theSamePlacesWithoutOneStayAsTheyAre(String text) {
    assertEquals(text, filtered(text));
  }
}
