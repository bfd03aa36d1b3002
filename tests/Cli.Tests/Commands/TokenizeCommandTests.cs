namespace LmDeploy.Cli.Tests.Commands;

public sealed class TokenizeCommandTests : CommandTestBase
{
    [Fact]
    public async Task Tokenize_WritesALineForEachInputInOrder()
    {
        var input = Write(
            "i.jsonl",
            """{"id":"ids","ids":[104,105]}""",
            """{"id":"text","text":"ab"}""",
            """{"id":"chat","messages":[1],"add_generation_prompt":false}""",
            """{"id":"plain","ids":[104,105],"skip_special_tokens":true}""",
            """{"id":"bad","ids":[-1]}""",
            """{"id":"none"}""",
            """{"id":"chat2","messages":[1]}""");
        (await RunAsync("tokenize", "model", "--input", input, "--json", PathOf("o.jsonl"))).ShouldBe(1);
        File.ReadAllLines(PathOf("o.jsonl")).ShouldBe(
        [
            """{"id":"ids","ids":[104,105],"rendered":null,"text":"hi</s>"}""",
            """{"id":"text","ids":[97,98],"rendered":null,"text":"ab"}""",
            """{"id":"chat","ids":[91,49,93],"rendered":"<[1]>","text":null}""",
            """{"id":"plain","ids":[104,105],"rendered":null,"text":"hi"}""",
            """{"id":"bad","ids":[-1],"rendered":null,"text":null,"error":{"code":"invalid_request","message":"-1 is no token.","subject":""}}""",
            $$$"""{"id":"none","ids":[],"rendered":null,"text":null,"error":{"code":"invalid_request","message":"{{{input}}}:6: """
                + $$$"""exactly one of text, messages, ids is needed, found none","subject":"{{{input}}}:6"}}""",
            """{"id":"chat2","ids":[91,49,93],"rendered":"<[1]>+","text":null}""",
        ]);
        Error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(new string[0], new[] { true, false, true })]
    [InlineData(new[] { "--no-special-tokens" }, new[] { false, false, true })]
    public async Task Tokenize_PutsSpecialTokensAroundTextsAsAsked(string[] flags, bool[] expected)
    {
        bool[] asked = [];
        Fake.OnTokenize = request =>
        {
            asked = [.. request.Prompts.Select(prompt => prompt.AddSpecialTokens)];
            return FakeModel.Tokenize(request);
        };
        var input = Write("i.jsonl", """{"text":"a"}""", """{"text":"b","add_special_tokens":false}""", """{"text":"c","add_special_tokens":true}""");
        (await RunAsync(["tokenize", "model", "--input", input, .. flags])).ShouldBe(0);
        asked.ShouldBe(expected);
    }

    [Fact]
    public async Task Tokenize_WritesToStandardOutputByDefault()
    {
        (await RunAsync("tokenize", "model", "--input", Write("i.jsonl", """{"text":"é"}"""))).ShouldBe(0);
        Out.ToString().ShouldBe("""{"id":null,"ids":[233],"rendered":null,"text":"é"}""" + "\n");
    }
}
