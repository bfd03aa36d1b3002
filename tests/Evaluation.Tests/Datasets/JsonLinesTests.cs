using System.Text;
using LmDeploy.Evaluation;

namespace LmDeploy.Evaluation.Tests.Datasets;

public sealed class JsonLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FromJsonLines_ReadsAllFields()
    {
        const string Messages = """[{"role": "user", "content": "Hi \ud83d\ude00"}]""";
        var dataset = Read($$"""
            {"prompt": "1 + 1?", "expected": "2", "more": [1]}

            {"id": "second", "category": "talk", "messages": {{Messages}}, "expected": ["a", "b"], "follow_ups": ["And now?"], "add_generation_prompt": false}
            {"id": 7, "prompt": "Pick:", "raw": true, "choices": [" x", " y"], "answer": "b"}
            {"prompt": "Pick:", "choices": [" x", " y"], "answer": 0, "expected": null, "follow_ups": "Why?"}
            """.Replace("\n", "\r\n", StringComparison.Ordinal));
        dataset.Name.ShouldBe("questions");
        dataset.Scorers.ShouldBe([Scorer.Exact]);
        dataset.Items.Select(item => item.Id).ShouldBe(["1", "second", "7", "5"]);
        dataset.Items[0].ShouldSatisfyAllConditions(
            item => item.Prompt.Text.ShouldBe("1 + 1?"), item => item.Expected.ShouldBe(["2"]), item => item.Prompt.Raw.ShouldBeFalse());
        dataset.Items[1].ShouldSatisfyAllConditions(
            item => item.Category.ShouldBe("talk"), item => item.Expected.ShouldBe(["a", "b"]), item => item.FollowUps.ShouldBe(["And now?"]),
            item => item.Prompt.MessagesJson!.ShouldContain("ud83d"), item => item.Prompt.AddGenerationPrompt.ShouldBeFalse());
        dataset.Items[2].ShouldSatisfyAllConditions(
            item => item.CorrectChoice.ShouldBe(1), item => item.Choices.ShouldBe([" x", " y"]), item => item.Prompt.Raw.ShouldBeTrue());
        dataset.Items[3].ShouldSatisfyAllConditions(
            item => item.CorrectChoice.ShouldBe(0), item => item.FollowUps.ShouldBe(["Why?"]), item => item.Expected.ShouldBe(["x"], "the right choice"));
    }

    /// <summary>As json.dump writes it: without a line break.</summary>
    [Fact]
    public void Array_OnOneLine_HasAllItsQuestions()
    {
        var dataset = Read("""[{"question": "a?", "answer": "1"}, {"question": "b?", "answer": "2", "id": "named"}, {"question": "c?", "answer": "3"}]""");

        dataset.Items.Select(item => item.Id).ShouldBe(["1", "named", "3"]);
        dataset.LeftOut.ShouldBe(0);
    }

    [Fact]
    public void Questions_ThatCannotBeUsed_AreCounted()
    {
        var path = _folder.File("some.jsonl");
        File.WriteAllLines(path, ["""{"prompt": "a?", "expected": "1"}""", "{", """{"expected": "2"}""", """{"prompt": "d?", "expected": "4"}"""]);
        var problems = new List<DatasetProblem>();

        var dataset = Dataset.FromJsonLines(path, problems: problems);

        (dataset.Items.Count, dataset.LeftOut, dataset.Take(1).LeftOut).ShouldBe((2, 2, 2));
    }

    [Fact]
    public void FromJsonLines_ReadsTheModelsQuestions()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(root, "models", "eval.jsonl")))
        {
            root = Path.GetDirectoryName(root) ?? throw new FileNotFoundException("models/eval.jsonl is above no folder of the tests.");
        }

        var dataset = Dataset.FromJsonLines(Path.Join(root, "models", "eval.jsonl"));
        dataset.Items.Count.ShouldBe(300);
        dataset.Items[0].ShouldSatisfyAllConditions(
            item => item.Id.ShouldBe("add-00"), item => item.Category.ShouldBe("add"), item => item.Expected.Count.ShouldBe(1));
    }

    [Theory]
    [InlineData("""{"prompt": 1}""", "prompt must be a string, found a number")]
    [InlineData("""{"prompt": " "}""", "prompt must not be empty")]
    [InlineData("""{"expected": "2"}""", "prompt or messages is needed")]
    [InlineData("""{"prompt": "a", "messages": []}""", "only one of prompt and messages")]
    [InlineData("""{"messages": []}""", "messages must not be empty")]
    [InlineData("""{"messages": "hi"}""", "messages must be an array of messages, found a string")]
    [InlineData("""{"messages": [{"content": "hi"}]}""", "role is needed")]
    [InlineData("""{"messages": [{"role": "user", "content": "\ud800"}]}""", "not valid text")]
    [InlineData("""{"prompt": "a", "expected": {}}""", "expected must be a string, a number or a boolean, or an array of them, found an object")]
    [InlineData("""{"prompt": "a", "expected": ["b", null]}""", "each of expected must be a string, a number or a boolean, found null")]
    [InlineData("""{"prompt": "a", "choices": "b"}""", "choices must be an array of strings")]
    [InlineData("""{"prompt": "a", "choices": ["b", "c"], "answer": 2}""", "answer must be 0 to 1, A to B or the text of a choice, found \"2\"")]
    [InlineData("""{"prompt": "a", "choices": ["b", "c"], "answer": "C"}""", "answer must be 0 to 1, A to B or the text of a choice, found \"C\"")]
    [InlineData("""{"prompt": "a", "choices": ["b", "c"], "answer": -1}""", "found \"-1\"")]
    [InlineData("""{"prompt": "a", "answer": "A"}""", "the question has none")]
    [InlineData("""{"prompt": "a", "id": ""}""", "id must not be empty")]
    [InlineData("""{"prompt": "a", "id": true}""", "id must be a string or a number")]
    [InlineData("""{"prompt": "a", "raw": "yes"}""", "raw must be true or false, found a string")]
    [InlineData("""{"prompt": "\udc00"}""", "not valid text")]
    [InlineData("""["prompt"]""", "a line must be a JSON object, found an array")]
    [InlineData("""{"prompt": "a" """, "not valid JSON at byte")]
    [InlineData("""{"prompt": "ok", "id": "fine"}""", "the id 'fine' is there twice, ids have to differ; the other one is of line 1")]
    [InlineData("\0\0", "not valid JSON")]
    public void FromJsonLines_SaysWhatIsWrong(string line, string message)
    {
        const string good = """{"id": "fine", "prompt": "a"}""";
        var path = _folder.Write("questions.jsonl", $"{good}\n{line}\n");
        var thrown = Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(path));
        (thrown.Code, thrown.Subject).ShouldBe(("invalid_request", path));
        thrown.Message.ShouldStartWith($"{path}:2: ");
        thrown.Message.ShouldContain(message);

        List<DatasetProblem> problems = [];
        Dataset.FromJsonLines(path, problems).Items.ShouldHaveSingleItem().Id.ShouldBe("fine");
        problems.ShouldBe(thrown.Problems);
    }

    [Fact]
    public void FromJsonLines_CountsWhatItDoesNotShow()
    {
        var thrown = Should.Throw<DatasetFormatException>(() => Read(string.Concat(Enumerable.Repeat("{}\n", 12)) + """{"prompt": "a"}"""));
        thrown.Problems.Count.ShouldBe(12);
        thrown.Message.Split(Environment.NewLine).Length.ShouldBe(11);
        thrown.Message.ShouldEndWith("and 2 more");
    }

    [Fact]
    public void FromJsonLines_TakesBytesAsUtf8()
    {
        byte[] mark = [0xEF, 0xBB, 0xBF];
        Dataset.FromJsonLines(_folder.Write("a.jsonl", [.. mark, .. Encoding.UTF8.GetBytes("""{"prompt": "ü"}""")])).Items[0].Prompt.Text.ShouldBe("ü");
        Problem([.. "{\"prompt\": \""u8, 0xFC, .. "\"}"u8]).ShouldContain(":1: not valid UTF-8");
        Problem(Encoding.Unicode.GetPreamble()).ShouldContain("is UTF-16, UTF-8 is needed");
    }

    [Fact]
    public void FromJsonLines_NeedsAFileWithQuestions()
    {
        Problem([]).ShouldContain("no question that can be used");
        Problem("\r\n \n"u8.ToArray()).ShouldContain("no question that can be used");
        Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(_folder.Path)).Message.ShouldContain("is a folder, a file is needed");
        Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(Path.Join(_folder.Path, "none.jsonl"))).Message.ShouldContain("cannot be read");
        Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines("a\0b"));
        Should.Throw<ArgumentException>(() => Dataset.FromJsonLines(""));
        List<DatasetProblem> problems = [];
        Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(_folder.Write("bad.jsonl", "{}"), problems)).Problems.Count.ShouldBe(2);
        problems.ShouldBeEmpty();
    }

    private string Problem(byte[] bytes) => Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(_folder.Write("questions.jsonl", bytes))).Message;

    private Dataset Read(string text) => Dataset.FromJsonLines(_folder.Write("questions.jsonl", text));
}
