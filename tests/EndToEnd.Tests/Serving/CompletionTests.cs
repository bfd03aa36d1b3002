using System.Text.Json;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>What OpenAI's client does not ask for: plain completions, prompts of token ids, echo, the fields of vLLM.</summary>
[Collection(SharedServer.Name)]
public sealed class CompletionTests(ServerFixture fixture)
{
    [Fact]
    public async Task Echo_BeginsWithThePromptAndItsLogprobs()
    {
        var choice = await ChoiceAsync("""{"model":"boulder","prompt":"What is","max_tokens":2,"temperature":0,"echo":true,"logprobs":2}""");
        choice.GetProperty("text").GetString().ShouldStartWith("What is");
        var logprobs = choice.GetProperty("logprobs");
        var tokens = logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()).ToList();
        string.Concat(tokens).ShouldBe(choice.GetProperty("text").GetString());
        logprobs.GetProperty("token_logprobs").GetArrayLength().ShouldBe(tokens.Count);
        logprobs.GetProperty("token_logprobs")[0].ValueKind.ShouldBe(JsonValueKind.Null);
        logprobs.GetProperty("token_logprobs").EnumerateArray().Skip(1).ShouldAllBe(logprob => logprob.GetDouble() <= 0);
        var places = logprobs.GetProperty("top_logprobs").EnumerateArray().Skip(1).ToList();
        places.ShouldAllBe(place => place.EnumerateObject().Count() >= 2);
        for (var i = 0; i < places.Count; i++)
        {
            places[i].GetProperty(tokens[i + 1]!).GetDouble().ShouldBe(logprobs.GetProperty("token_logprobs")[i + 1].GetDouble(), 1e-4);
            places[i].EnumerateObject().Sum(candidate => Math.Exp(candidate.Value.GetDouble())).ShouldBeLessThan(1.001);
        }

        logprobs.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()).ShouldBe(
            tokens.Select((_, i) => string.Concat(tokens.Take(i)).Length));
    }

    [Fact]
    public async Task EchoWithoutTokens_ScoresThePromptAlone()
    {
        var choice = await ChoiceAsync("""{"model":"boulder","prompt":"What is 1 + 1?","max_tokens":0,"echo":true,"logprobs":0}""");
        choice.GetProperty("text").GetString().ShouldBe("What is 1 + 1?");
        choice.GetProperty("finish_reason").GetString().ShouldBe("length");
    }

    [Fact]
    public async Task Usage_HasNoTokensOfAnEchoAlone_AndIsNullInPiecesBeforeIt()
    {
        var (_, echo) = await fixture.Server.PostAsync("/v1/completions", """{"model":"boulder","prompt":"What is","max_tokens":0,"echo":true}""");
        var usage = echo.GetProperty("usage");
        usage.GetProperty("completion_tokens").GetInt32().ShouldBe(0);
        usage.GetProperty("total_tokens").GetInt32().ShouldBe(usage.GetProperty("prompt_tokens").GetInt32());
        var usages = new List<JsonValueKind>();
        await foreach (var piece in EventReader.StreamAsync(
            fixture.Server.Http,
            "/v1/completions",
            """{"model":"boulder","prompt":"What is","max_tokens":4,"temperature":0,"stream":true,"stream_options":{"include_usage":true}}"""))
        {
            usages.Add(piece.GetProperty("usage").ValueKind);
        }

        usages.Count.ShouldBeGreaterThan(1);
        usages.SkipLast(1).ShouldAllBe(kind => kind == JsonValueKind.Null);
        usages[^1].ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task TokenIds_AreTakenAsTheyAre()
    {
        var (_, tokenized) = await fixture.Server.PostAsync("/tokenize", """{"model":"boulder","prompt":"What is"}""");
        var ids = tokenized.GetProperty("tokens").GetRawText();
        var (_, detokenized) = await fixture.Server.PostAsync("/detokenize", $$"""{"model":"boulder","tokens":{{ids}}}""");
        detokenized.GetProperty("prompt").GetString().ShouldBe("What is");
        var byIds = await ChoiceAsync($$"""{"model":"boulder","prompt":{{ids}},"max_tokens":6,"temperature":0}""");
        var byText = await ChoiceAsync("""{"model":"boulder","prompt":"What is","max_tokens":6,"temperature":0}""");
        byIds.GetProperty("text").GetString().ShouldBe(byText.GetProperty("text").GetString());
    }

    [Fact]
    public async Task SeveralPromptsAndChoices_KeepTheirOrder()
    {
        var (_, body) = await fixture.Server.PostAsync(
            "/v1/completions", """{"model":"boulder","prompt":["What is","The"],"n":2,"max_tokens":3,"temperature":0,"ignore_eos":true}""");
        var texts = body.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()).ToList();
        texts.Count.ShouldBe(4);
        texts[0].ShouldBe(texts[1]);
        texts[2].ShouldBe(texts[3]);
        body.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()).ShouldBe([0, 1, 2, 3]);
        body.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(12);
    }

    [Fact]
    public async Task Stream_AddsUpToTheCompletion()
    {
        var text = "";
        var tokens = new List<string>();
        var ends = 0;
        await foreach (var piece in EventReader.StreamAsync(
            fixture.Server.Http,
            "/v1/completions",
            """{"model":"boulder","prompt":"What is","max_tokens":8,"temperature":0,"stream":true,"echo":true,"logprobs":1}"""))
        {
            var choice = piece.GetProperty("choices")[0];
            text += choice.GetProperty("text").GetString();
            tokens.AddRange(choice.GetProperty("logprobs").GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!));
            ends += choice.GetProperty("finish_reason").ValueKind == JsonValueKind.String ? 1 : 0;
        }

        var whole = await ChoiceAsync("""{"model":"boulder","prompt":"What is","max_tokens":8,"temperature":0,"echo":true,"logprobs":1}""");
        text.ShouldBe(whole.GetProperty("text").GetString());
        tokens.ShouldBe(whole.GetProperty("logprobs").GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        ends.ShouldBe(1);
    }

    [Fact]
    public async Task Regex_HoldsTheAnswer()
    {
        var (status, body) = await fixture.Server.PostAsync(
            "/v1/chat/completions", """{"model":"pebble","messages":[{"role":"user","content":"A """
                + """date"}],"response_format":{"type":"regex_schema","regex_schema":"[0-9]{4}-[0-9]{2}"},"max_tokens":20}""");
        status.ShouldBe(200, body.ToString());
        body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.ShouldMatch("^[0-9]{4}-[0-9]{2}$");
    }

    [Fact]
    public async Task PartsOfTextAndDeveloper_AreRenderedAsOne()
    {
        var parts = await ContentAsync(
            """[{"role":"developer","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"What is 17"},{"type":"text","text":"+ 25?"}]}]""");
        var plain = await ContentAsync("""[{"role":"system","content":"Be brief."},{"role":"user","content":"What is 17\n+ 25?"}]""");
        parts.ShouldBe(plain);
    }

    [Fact]
    public async Task Errors_NameTheField()
    {
        foreach (var (body, field) in new[]
        {
            ("""{"model":"boulder","prompt":"a","top_p":2}""", "top_p"),
            ("""{"model":"boulder","prompt":"a","logit_bias":{"x":1}}""", "logit_bias"),
            ("""{"model":"boulder","prompt":[5000000]}""", "token_ids"),
            ("""{"model":"boulder","prompt":"a","n":1000}""", "n"),
            ("""{"model":"boulder","prompt":"a","best_of":3}""", "best_of"),
            ("""{"model":"boulder","prompt":{}}""", "prompt"),
            ("""{"model":"boulder"}""", "prompt"),
            ("""{"model":"boulder","prompt":"a","stream_options":{}}""", "stream_options"),
            ("""{"prompt":"a"}""", "model"),
        })
        {
            var (status, answer) = await fixture.Server.PostAsync("/v1/completions", body);
            status.ShouldBe(400, body);
            answer.GetProperty("error").GetProperty("param").GetString().ShouldBe(field, body);
            answer.GetProperty("error").GetProperty("type").GetString().ShouldBe("invalid_request_error");
        }
    }

    private async Task<string> ContentAsync(string messages)
    {
        var (status, body) = await fixture.Server.PostAsync("/v1/chat/completions", $$"""{"model":"boulder","temperature":0,"messages":{{messages}}}""");
        status.ShouldBe(200, body.ToString());
        return body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
    }

    private async Task<JsonElement> ChoiceAsync(string request)
    {
        var (status, body) = await fixture.Server.PostAsync("/v1/completions", request);
        status.ShouldBe(200, body.ToString());
        return body.GetProperty("choices")[0];
    }
}
