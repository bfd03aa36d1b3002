using System.Text;
using LmDeploy.Evaluation;
using LmDeploy.Evaluation.Datasets;

namespace LmDeploy.Evaluation.Tests.Datasets;

public sealed class CsvTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FromCsv_ReadsColumnsByName()
    {
        var dataset = Read("""
            Answer,prompt,choice_a,choice_b,choice_c,category,id,expected,note
            B,"Which, of ""two""
            lines?", x, y,,pick,first,,n

            ,Say hi.,,,,,,hi,
            """);
        dataset.Items[0].ShouldSatisfyAllConditions(
            item => item.Id.ShouldBe("first"), item => item.Prompt.Text.ShouldBe("Which, of \"two\"\nlines?"), item => item.Choices.ShouldBe([" x", " y"]),
            item => item.CorrectChoice.ShouldBe(1), item => item.Category.ShouldBe("pick"), item => item.Expected.ShouldBe(["y"], "the right choice"));
        dataset.Items[1].ShouldSatisfyAllConditions(
            item => item.Id.ShouldBe("5"),
            item => item.Expected.ShouldBe(["hi"]),
            item => item.Choices.ShouldBeEmpty(),
            item => item.CorrectChoice.ShouldBeNull());
    }

    [Fact]
    public void FromCsv_ReadsLettersAndMessages()
    {
        Read("prompt,A,B,C,D,answer\r\nq,w,x,y,z,3\r\n").Items.ShouldHaveSingleItem().CorrectChoice.ShouldBe(3);
        Read("messages,follow_ups\n\"[{\"\"role\"\": \"\"user\"\"}]\",And?").Items.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            item => item.Prompt.MessagesJson.ShouldBe("""[{"role": "user"}]"""), item => item.FollowUps.ShouldBe(["And?"]));
    }

    [Theory]
    [InlineData("only one", "2 fields are needed, found 1")]
    [InlineData("a,b,c", "2 fields are needed, found 3")]
    [InlineData("\"a\"b,c", "text follows the end of a quoted field")]
    [InlineData("\"a,b", "a quoted field has no end")]
    [InlineData(",b", "prompt must not be empty")]
    [InlineData("q,", null)]
    [InlineData("a \"b\" c,", null)]
    public void FromCsv_SaysWhatIsWrong(string record, string? message)
    {
        var path = _folder.Write("questions.csv", $"prompt,expected\nfine,1\n{record}\n");
        List<DatasetProblem> problems = [];
        Dataset.FromCsv(path, problems).Items.Count.ShouldBe(message is null ? 2 : 1);
        problems.Select(problem => (problem.Line, problem.Message.Split(';')[0])).ShouldBe(message is null ? [] : [(3, message)]);
    }

    [Fact]
    public void FromCsv_NeedsAHeader()
    {
        Problem("text,answer\na,b\n").ShouldContain(":1: the first line must be a header with prompt, question or messages, found text, answer");
        Problem("prompt,Prompt\na,b\n").ShouldContain("two columns 'prompt'");
        Problem("prompt\n").ShouldContain("no question that can be used");
        Problem("").ShouldContain("no question that can be used");
        Problem("prompt,A,B\nq,,x\n").ShouldContain("a choice before the last one is empty");
        Problem("messages\n{}\n").ShouldContain("messages must be an array of messages, found an object");
        Problem("messages\n[\n").ShouldContain("not valid JSON");
    }

    [Fact]
    public void FromCsv_CountsLinesInsideQuotes()
    {
        var thrown = Should.Throw<DatasetFormatException>(() => Read("prompt,expected\r\n\"a\r\nb\r\nc\",1\r\n\r\nbad\r\n"));
        thrown.Problems.ShouldHaveSingleItem().Line.ShouldBe(6);
        Should.Throw<DatasetFormatException>(() => Dataset.FromCsv(_folder.Write("b.csv", [.. "prompt\nok\n"u8, 0xC3, (byte)'\n']))).Message
            .ShouldContain(":3: not valid UTF-8");
    }

    [Fact]
    public void CsvReader_ReadsWhatWasWritten()
    {
        var random = new Random(5);
        string[] pieces = ["a", ",", "\"", "\n", "\r\n", " ", "ü", "\U0001f600", "\r"];
        for (var i = 0; i < 500; i++)
        {
            string[][] rows = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Enumerable.Range(0, 3)
                .Select(_ => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => pieces[random.Next(pieces.Length)]))).ToArray())];
            var text = string.Join(random.Next(2) == 0 ? "\n" : "\r\n", rows.Select(row => string.Join(',', row.Select(Quote))));
            new CsvReader(Encoding.UTF8.GetBytes(text)).ReadAll().Select(record => record.Take(3)).ShouldBe(rows);
        }

        static string Quote(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    [Fact]
    public void CsvReader_EndsOnAnything()
    {
        var random = new Random(6);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = Enumerable.Range(0, random.Next(12)).Select(_ => "a,\"\n\r\xC3"[random.Next(6)]).Select(c => (byte)c).ToArray();
            var records = new CsvReader(bytes).ReadAll();
            records.ShouldAllBe(record => record.Problem == null || record.Fields.Count == 0);
            records.Select(record => record.Line).ShouldBeInOrder();
        }
    }

    private string Problem(string text) => Should.Throw<DatasetFormatException>(() => Read(text)).Message;

    private Dataset Read(string text) => Dataset.FromCsv(_folder.Write("questions.csv", text));
}
