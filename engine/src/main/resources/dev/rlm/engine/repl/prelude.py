"""What code in the loop finds beside Python: questions to models, and ways to end. Runs once in a session, before any other code.

Everything lives in one closure over the host's functions. The names are built-ins, so that they are no variables of the code's; a
variable of the same name only hides them, and `_rlm_collect` removes it after each block.
"""


def _rlm_set_up(namespace, host_models, host_loops, host_upload, host_draft, host_final):
    import builtins
    from threading import Thread

    BATCH_CHARACTERS = 400_000  # In one call to the host, whose arguments are bounded.
    BATCH_PROMPTS = 256
    SENDERS = 8
    PIECE = 300_000
    original = namespace.get("context")
    drafts = [""]

    def text_of(value, what):
        text = value if isinstance(value, str) else str(value)
        if not text.strip():
            raise ValueError(f"the {what} is empty")
        return text

    def too_long(problem):
        return isinstance(problem, TypeError) and "bytes of JSON" in str(problem)

    def ask_models(prompts, model):
        """One answer of the host's for each prompt: a dictionary with either a text or an error."""
        try:
            return host_models(prompts, model)
        except TypeError as problem:
            if not too_long(problem):
                raise
        if len(prompts) == 1:
            return [
                {
                    "error": f"the prompt has {len(prompts[0]):,} characters, more than one call can carry: send a part of it",
                    "name": "ValueError",
                }
            ]
        half = len(prompts) // 2
        return ask_models(prompts[:half], model) + ask_models(prompts[half:], model)

    def in_batches(prompts):
        batch, size = [], 0
        for prompt in prompts:
            if batch and (size + len(prompt) > BATCH_CHARACTERS or len(batch) == BATCH_PROMPTS):
                yield batch
                batch, size = [], 0
            batch.append(prompt)
            size += len(prompt)
        if batch:
            yield batch

    def ask_in_parallel(prompts, model):
        """As `ask_models`, with prompts that one call cannot carry sent by a few threads."""
        batches = list(in_batches(prompts))
        if len(batches) == 1:
            return ask_models(batches[0], model)
        answers = [[] for _ in batches]
        failures = []
        remaining = list(enumerate(batches))

        def work():
            while remaining and not failures:
                try:
                    number, batch = remaining.pop(0)
                except IndexError:
                    return
                try:
                    answers[number] = ask_models(batch, model)
                except Exception as failure:
                    failures.append(failure)

        threads = [Thread(target=work) for _ in range(min(SENDERS, len(batches)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return [answer for batch in answers for answer in batch]

    def value_of(answer):
        if "error" in answer:
            kind = getattr(builtins, answer.get("name", ""), RuntimeError)
            raise kind(answer["error"])
        return answer["text"]

    def text_or_error(answer):
        return answer["text"] if "text" in answer else "Error: " + answer["error"]

    def llm_query(prompt, model=None):
        """Asks a model that sees nothing but `prompt`, and returns its answer as text. Raises RuntimeError when there is none."""
        return value_of(ask_models([text_of(prompt, "prompt")], model)[0])

    def llm_query_batched(prompts, model=None):
        """Asks for all of `prompts` at the same time; returns the answers in their order, "Error: ..." for one that failed."""
        prompts = [text_of(prompt, "prompt") for prompt in list_of(prompts)]
        return [text_or_error(answer) for answer in ask_in_parallel(prompts, model)] if prompts else []

    def list_of(prompts):
        if isinstance(prompts, str):
            raise TypeError("prompts is one text, not a list of texts")
        return list(prompts)

    def upload(text):
        """Hands a text to the host in pieces; returns their numbers."""
        numbers = []
        for start in range(0, len(text), PIECE):
            piece = text[start : start + PIECE]
            try:
                numbers.append(host_upload(piece))
            except TypeError as problem:
                if not too_long(problem):
                    raise
                half = len(piece) // 2
                numbers += [host_upload(piece[:half]), host_upload(piece[half:])]
        return numbers

    def task(prompt, context):
        work = {"prompt": text_of(prompt, "prompt")}
        if context is None:
            return work
        if context is original and not isinstance(context, (str, bytes, list, dict)):
            return work | {"same": True}  # The stored document itself: nothing is copied.
        if isinstance(context, (list, dict, int, float, bool)):
            return work | {"value": context}
        return work | {"pieces": upload(context if isinstance(context, str) else str(context))}

    def rlm_query(prompt, context=None):
        """Has a loop like this one, with a sandbox of its own, answer `prompt` about `context`, and returns its answer as text."""
        return value_of(host_loops([task(prompt, context)])[0])

    def rlm_query_batched(prompts, contexts=None):
        """As `rlm_query` for each of `prompts`, a few at the same time; `contexts` has one for each."""
        prompts = list_of(prompts)
        contexts = [None] * len(prompts) if contexts is None else list_of(contexts)
        if len(prompts) != len(contexts):
            raise ValueError(f"there are {len(prompts)} prompts and {len(contexts)} contexts")
        tasks = [task(prompt, context) for prompt, context in zip(prompts, contexts)]
        return [text_or_error(answer) for answer in host_loops(tasks)] if tasks else []

    def variables():
        module = type(builtins)
        return {
            name: type(value).__name__
            for name, value in sorted(namespace.items())
            if not name.startswith("_") and name not in functions and not isinstance(value, module)
        }

    def SHOW_VARS():
        """Returns the names of the variables and of their types."""
        return variables()

    def send(function, value):
        """Hands a value to the host: as JSON where JSON holds it, else as text."""
        try:
            return function(value)
        except TypeError as problem:
            if too_long(problem):
                raise ValueError("the answer is longer than 1,000,000 bytes") from None
        return function(str(value))

    def FINAL(answer):
        """Ends with `answer`. The block goes on to its own end; the first answer counts."""
        send(host_final, answer)

    def FINAL_VAR(name):
        """Ends with the value of the variable `name`."""
        if not isinstance(name, str) or name not in namespace:
            if isinstance(name, str) and name.isidentifier():
                known = ", ".join(variables()) or "none"
                raise NameError(f"there is no variable {name!r}: there are {known}")
            return FINAL(name)  # The value itself, instead of its name.
        FINAL(namespace[name])

    def SUBMIT(*values, **fields):
        """Ends with a value, or with an object of `fields`; a single field `answer` is the answer itself."""
        if values and fields or not values and not fields:
            raise TypeError("SUBMIT takes either values or fields")
        if fields:
            FINAL(fields["answer"] if fields.keys() == {"answer"} else fields)
        else:
            FINAL(values[0] if len(values) == 1 else list(values))

    def collect():
        """Makes the functions what they were, and looks at `answer`."""
        for name, function in functions.items():
            setattr(builtins, name, function)
            if name in namespace:
                del namespace[name]
        answer = namespace.setdefault("answer", {"content": "", "ready": False})
        if not isinstance(answer, dict):
            return
        content = answer.get("content")
        if content is None or content == "":
            return
        if answer.get("ready") is True:
            FINAL(content)
        elif (text := repr(content)) != drafts[0]:
            drafts[0] = text
            send(host_draft, content)

    functions = {
        function.__name__: function
        for function in (
            llm_query, llm_query_batched, rlm_query, rlm_query_batched, SHOW_VARS, FINAL, FINAL_VAR, SUBMIT
        )
    }  # fmt: skip
    functions["_rlm_collect"] = collect
    collect()


_rlm_set_up(globals(), _rlm_models, _rlm_loops, _rlm_upload, _rlm_draft, _rlm_final)
del _rlm_set_up
