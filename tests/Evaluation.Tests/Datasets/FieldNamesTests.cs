using LmDeploy.Evaluation;

namespace LmDeploy.Evaluation.Tests.Datasets;

public sealed class FieldNamesTests : IDisposable
{
    private static readonly Dictionary<string, string> _solutions = new() { ["prompt"] = "question", ["expected"] = "answer" };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("question,answer\nTwo?,2\n")]
    [InlineData("Question;Answer;note\r\nTwo?;2;a,b\r\n")]
    [InlineData("answer\tquestion\n2\tTwo?\n")]
    [InlineData("\ufeffprompt;expected\nTwo?;2\n")]
    public void Csv_HasTheNamesAndSeparatorsThatPeopleWrite(string text)
    {
        var item = Csv(text).Items.ShouldHaveSingleItem();
        (item.Prompt.Text, item.Expected[0]).ShouldBe(("Two?", "2"));
    }

    [Fact]
    public void Csv_WithSemicolonsKeepsQuotedOnesAndLines()
    {
        var item = Csv("prompt;expected\r\n\"a;\r\n\"\"b\"\"\";\"1,5\"\r\n").Items.ShouldHaveSingleItem();
        (item.Prompt.Text, item.Expected[0]).ShouldBe(("a;\r\n\"b\"", "1,5"));
        CsvProblem("prompt;expected\nTwo?;2;3\n").ShouldContain(":2: 2 fields are needed, found 3");
        CsvProblem("frage;antwort\nTwo?;2\n").ShouldContain(":1: the first line must be a header with prompt, question or messages, found frage, antwort");
    }

    [Fact]
    public void AQuestion_HasItsAnswerOrTheRightChoice()
    {
        Json("""{"question": "Two?", "answer": 2}""").ShouldSatisfyAllConditions(
            item => item.Prompt.Text.ShouldBe("Two?"), item => item.Expected.ShouldBe(["2"]), item => item.CorrectChoice.ShouldBeNull());
        Json("""{"question": "Two?", "choices": [" 1", " 2"], "answer": 1}""").ShouldSatisfyAllConditions(
            item => item.Expected.ShouldBe(["2"]), item => item.CorrectChoice.ShouldBe(1));
        Json("""{"question": "Two?", "expected": "2", "prompt": "Three?"}""").Prompt.Text.ShouldBe("Three?", "a prompt is one");
        JsonProblem("""{"prompt": "Two?", "answer": "2"}""").ShouldContain("the answer to a question without choices is in expected");
        CsvProblem("question,answer\nTwo?,1 + 1\n#### 2\n").ShouldContain("2 fields are needed");
        CsvProblem("question,answer\nTwo?,\"1 + 1\n#### 2\"\n").ShouldContain(":2: answer is a solution as gsm8k has them");
    }

    [Fact]
    public void AMap_NamesFields()
    {
        Json("""{"question": "Two?", "answer": "1 + 1\n#### 2", "ref": 7}""", _solutions).Expected.ShouldBe(["1 + 1\n#### 2"], "it was asked for");
        Json("""{"text": "Two?", "gold": [2, "two", true], "ref": 7}""", new() { ["prompt"] = "text", ["expected"] = "gold", ["id"] = "ref" })
            .ShouldSatisfyAllConditions(item => item.Id.ShouldBe("7"), item => item.Expected.ShouldBe(["2", "two", "true"]));
        Json(
            """{"id": "q", "text": "Pick", "options": [" x", " y"], "gold": "y"}""",
            new() { ["prompt"] = "text", ["choices"] = "options", ["answer"] = "gold" }).CorrectChoice.ShouldBe(1);
        Json("""{"expected": "Two?", "prompt": "2"}""", new() { ["prompt"] = "expected", ["expected"] = "prompt" }).Expected.ShouldBe(["2"]);
        var item = Csv(
            "Text,Gold,opt1,opt2\nPick,y,x,y\n",
            new() { ["prompt"] = "text", ["answer"] = "gold", ["choice_a"] = "opt1", ["choice_b"] = "opt2" }).Items[0];
        (item.CorrectChoice, item.Expected[0]).ShouldBe((1, "y"));
    }

    [Fact]
    public void AMap_ThatDoesNotFitIsRefused()
    {
        JsonProblem("""{"question": "Two?"}""", new() { ["prompt"] = "text" }).ShouldContain(":1: text is needed: the prompt is mapped to it");
        CsvProblem("question,answer\nTwo?,2\n", new() { ["prompt"] = "text" })
            .ShouldContain(":1: there is no column 'text', which prompt is mapped to, found question, answer");
        Should.Throw<ArgumentException>(() => Json("{}", new() { ["promt"] = "text" })).Message.ShouldContain(
            "no field 'promt' to map: expected one of prompt, ");
        Should.Throw<ArgumentException>(() => Json("{}", new() { ["prompt"] = "" })).Message.ShouldContain("prompt is mapped to an empty name");
        Should.Throw<ArgumentException>(() => Csv("a\n", new() { ["choices"] = "a" })).Message.ShouldContain("no field 'choices'");
    }

    [Theory]
    [InlineData("\"42\"", 1)]
    [InlineData("\" 42 \"", 1)]
    [InlineData("\"b\"", 1)]
    [InlineData("\"1\"", 1)]
    [InlineData("1", 1)]
    [InlineData("42", 1)]
    public void ARightChoice_IsAnIndexALetterOrItsText(string answer, int place) =>
        Json($$"""{"prompt": "Pick", "choices": [" 41", " 42"], "answer": {{answer}}}""").CorrectChoice.ShouldBe(place);

    [Fact]
    public void ARightChoice_IsNotGuessed()
    {
        Json("""{"prompt": "Pick", "choices": ["0", "2", "1"], "answer": 1}""").CorrectChoice.ShouldBe(1, "a number is an index");
        Json("""{"prompt": "Pick", "choices": ["0", "1", "2"], "answer": "1"}""").CorrectChoice.ShouldBe(1, "text and index are the same");
        JsonProblem("""{"prompt": "Pick", "choices": ["0", "2", "1"], "answer": "1"}""").ShouldContain(
            "answer \"1\" is the text of choice C, and also says choice B; write the letter");
        JsonProblem("""{"prompt": "Pick", "choices": ["B", "A"], "answer": "A"}""").ShouldContain(
            "is the text of choice B, and also says choice A; write the index");
        JsonProblem("""{"prompt": "Pick", "choices": ["x", " x"], "answer": "x"}""").ShouldContain("is the text of several choices: A, B; write the letter");
        JsonProblem("""{"prompt": "Pick", "choices": ["x", "y"], "answer": "z"}""").ShouldContain(
            "answer must be 0 to 1, A to B or the text of a choice, found \"z\"");
        CsvProblem("prompt,A,B,C,answer\nq,1,2,3,2\n").ShouldContain(":2: answer \"2\" is the text of choice B, and also says choice C");
    }

    [Fact]
    public void AFieldThatIsThereTwice_IsAnError() => JsonProblem("""{"prompt": "a", "prompt": "b"}""").ShouldContain(":1: not valid JSON");

    private DatasetItem Json(string line, Dictionary<string, string>? fields = null) =>
        Dataset.FromJsonLines(_folder.Write("q.jsonl", line), fields: fields).Items.ShouldHaveSingleItem();

    private Dataset Csv(string text, Dictionary<string, string>? fields = null) => Dataset.FromCsv(_folder.Write("q.csv", text), fields: fields);

    private string JsonProblem(string line, Dictionary<string, string>? fields = null) =>
        Should.Throw<DatasetFormatException>(() => Json(line, fields)).Message;

    private string CsvProblem(string text, Dictionary<string, string>? fields = null) =>
        Should.Throw<DatasetFormatException>(() => Csv(text, fields)).Message;
}
