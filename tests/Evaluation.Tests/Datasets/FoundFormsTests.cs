using System.IO.Compression;
using System.Text;
using LmDeploy.Evaluation;
using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Evaluation.Tests.Datasets;

/// <summary>Files in the forms that people have them in.</summary>
public sealed class FoundFormsTests : IDisposable
{
    private const string Lines = "{\"prompt\": \"a\", \"expected\": \"1\"}\n{\"prompt\": \"b\", \"expected\": \"2\"}\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gzip_IsUnpacked()
    {
        var dataset = Dataset.FromJsonLines(_folder.Write("questions.jsonl.gz", Pack(Lines)));
        (dataset.Name, dataset.Items.Count).ShouldBe(("questions", 2));
        Dataset.FromCsv(_folder.Write("q.csv.gz", Pack("prompt,expected\r\na,1\r\n"))).Items[0].Expected.ShouldBe(["1"]);
        Dataset.FromJsonLines(_folder.Write("q.json.gz", Pack("[{\"prompt\": \"a\"}]"))).Name.ShouldBe("q");
        Dataset.FromJsonLines(_folder.Write("unnamed.jsonl", Pack(Lines))).Items.Count.ShouldBe(2, "its first bytes say what it is");
        Dataset.FromJsonLines(_folder.Write("marked.jsonl.gz", Pack("\ufeff" + Lines))).Items.Count.ShouldBe(2);
        Dataset.FromJsonLines(_folder.Write("parts.jsonl.gz", [.. Pack(Lines), .. Pack("{\"prompt\": \"c\"}")])).Items.Count.ShouldBe(3);
        var problem = Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(_folder.Write("bad.jsonl.gz", Pack(Lines + "{}"))));
        problem.Problems.ShouldHaveSingleItem().Line.ShouldBe(3);
    }

    [Fact]
    public void Gzip_ThatIsDamagedIsNamed()
    {
        var packed = Pack(string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"prompt\": \"question {i} of many\"}}\n")));
        Problem(packed[..^20]).ShouldContain("damaged gzip");
        Problem([.. packed[..40], .. new byte[20], .. packed[60..]]).ShouldContain("damaged gzip");
        Problem(Encoding.UTF8.GetBytes(Lines)).ShouldContain("is no gzip file, as its name says");
        Problem([]).ShouldContain("is no gzip file, as its name says");

        string Problem(byte[] bytes) => Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(_folder.Write("q.jsonl.gz", bytes))).Message;
    }

    [Fact]
    public void OtherPackedForms_AreNamed()
    {
        Problem("PK\u0003\u0004rest").ShouldContain("is a zip archive; unpack it first");
        Problem("PAR1rest").ShouldContain("is a Parquet file; write it as JSON lines");
        Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(_folder.Write("q.jsonl", [0x28, 0xB5, 0x2F, 0xFD, 0]))).Message
            .ShouldContain("is packed by zstd");
    }

    [Fact]
    public void AnArrayOfObjects_IsReadWithTheLinesOfItsElements()
    {
        var path = _folder.Write(
            "q.json", "\ufeff [\r\n {\"prompt\": \"a\",\r\n  \"expected\": \"1\"},\r\n {\"id\": \"x\", \"prompt\": \"b\"},\r\n 5, {}]\r\n");
        List<DatasetProblem> problems = [];
        Dataset.FromJsonLines(path, problems).Items.Select(item => item.Id).ShouldBe(["1", "x"]);
        problems.Select(problem => (problem.Line, problem.Message)).ShouldBe(
            [(5, "an element of the array must be a JSON object, found a number"), (5, "prompt or messages is needed, found no fields")]);
        Problem("[{\"prompt\": \"a\"},\n {\"prompt\": }]").ShouldContain(":2: not valid JSON at byte");
        Problem("[{\"prompt\": \"a\"}").ShouldContain("not valid JSON");
        Problem("[{\"prompt\": \"a\"}]\n[]").ShouldContain(":2: not valid JSON");
        Problem("[]").ShouldContain("no question that can be used");
        Dataset.Gsm8k(_folder.Write("g.json", "[{\"question\": \"2?\", \"answer\": \"#### 2\"}]")).Items.Count.ShouldBe(1, "published forms too");
    }

    [Theory]
    [InlineData("gsm8k", """{"question": "Two?", "answer": "1 + 1\n#### 2"}""")]
    [InlineData("hellaswag", """{"ctx": "A man", "activity_label": "Running", "endings": ["a", "b"], "label": 0}""")]
    [InlineData("mt-bench", """{"question_id": 81, "category": "writing", "turns": ["a", "b"]}""")]
    public void PublishedForms_AreRecognised(string form, string line)
    {
        foreach (var text in new[] { line, $"\n{{broken\n{line}", $"[{line}]" })
        {
            List<DatasetProblem> problems = [];
            var thrown = Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(_folder.Write("q.jsonl", text), problems));
            thrown.LooksLike.ShouldBe(form);
            thrown.Message.ShouldMatch($"q.jsonl: looks like {form}, which Dataset\\.[A-Z][A-Za-z0-9]+ reads$");
            problems.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Mmlu_IsRecognised()
    {
        var path = _folder.Write("f/a_test.csv", "Bone?,1,2,3,4,D\nNext?,a,b,c,d,A\n");
        Should.Throw<DatasetFormatException>(() => Dataset.FromCsv(path)).LooksLike.ShouldBe("mmlu");
        Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(Path.Join(_folder.Path, "f"))).LooksLike.ShouldBe("mmlu");
        Should.Throw<DatasetFormatException>(() => Dataset.FromCsv(_folder.Write("p.csv", "a,b,c,d,e,f\n1,2,3,4,5,6\n"))).LooksLike.ShouldBeNull();
        Dataset.Mmlu(_folder.Write("g/anatomy_test.csv.gz", Pack("Bone?,1,2,3,4,D\n"))).Items[0].Category.ShouldBe("anatomy");
    }

    /// <summary>Published files, where they are.</summary>
    [Theory]
    [InlineData("gsm8k-test.jsonl", "gsm8k")]
    [InlineData("mt_bench-question.jsonl", "mt-bench")]
    [InlineData("HumanEval.jsonl.gz", null)]
    public void PublishedFiles_AreRecognised(string file, string? form)
    {
        var path = Path.Join(Checkout.Root, "..", "shared", "eval", file);
        Assert.SkipUnless(File.Exists(path), $"there is no {path}");
        if (form is null)
        {
            Dataset.FromJsonLines(path).Items.Count.ShouldBe(164);
            return;
        }

        Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(path)).LooksLike.ShouldBe(form);
    }

    private static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private string Problem(string text) => Should.Throw<DatasetFormatException>(() => Dataset.FromJsonLines(_folder.Write("q.json", text))).Message;
}
