using LmDeploy.Evaluation;

namespace LmDeploy.Evaluation.Tests.Datasets;

public sealed class PublishedTests : IDisposable
{
    private const string Solved = """{"question": "Two and two?", "answer": "2 + 2 = 4\n#### 4"}""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gsm8k_AsksAsTheHarnessDoes()
    {
        var path = _folder.Write("test.jsonl", """{"question": "A box of 1,200?", "answer": "It is <<1200=1200>>\n#### 1,200"}""");
        _folder.Write("train.jsonl", $"{Solved}\n{Solved}");
        var dataset = Dataset.Gsm8k(path);
        (dataset.Name, dataset.Scorers.ShouldHaveSingleItem().Name).ShouldBe(("gsm8k", "numeric"));
        dataset.Items[0].Prompt.Text.ShouldBe("Question: A box of 1,200?\nAnswer:");
        dataset.Items[0].Expected.ShouldBe(["1,200"]);
        Dataset.Gsm8k(path, shots: 1).Items[0].Prompt.Text.ShouldBe("Question: Two and two?\nAnswer: 2 + 2 = 4\n#### 4\n\nQuestion: A box of 1,200?\nAnswer:");
        Dataset.Gsm8k(path, shots: 1, examples: path).Items[0].Prompt.Text!.ShouldStartWith("Question: A box");
        Should.Throw<DatasetFormatException>(() => Dataset.Gsm8k(path, shots: 3)).Message.ShouldContain("3 examples are needed, found 2");
        Should.Throw<ArgumentOutOfRangeException>(() => Dataset.Gsm8k(path, shots: -1));
    }

    [Fact]
    public void Gsm8k_NeedsAMarkedNumber()
    {
        var path = _folder.Write("test.jsonl", """
            {"question": "Two?", "answer": "2"}
            {"question": "Two?", "answer": "#### two"}
            {"question": "", "answer": "#### 2"}
            """ + $"\n{Solved}");
        var problems = new List<DatasetProblem>();
        Dataset.Gsm8k(path, problems: problems).Items.ShouldHaveSingleItem().Id.ShouldBe("4");
        problems.Select(problem => problem.Line).ShouldBe([1, 2, 3]);
        Should.Throw<DatasetFormatException>(() => Dataset.Gsm8k(path, 1, path)).Message.ShouldContain(":1: answer must end with #### and a number");
    }

    [Fact]
    public void Mmlu_AsksAsTheHarnessDoes()
    {
        _folder.Write("test/high_school_rocks_test.csv", "\"Which, if any?\n \",basalt,\"tuff, soft\",chalk,marl,C\r\nNext?,1,2,3,4,A\r\n");
        _folder.Write("test/anatomy_test.csv", "Bone?,1,2,3,4,D\n");
        _folder.Write("dev/high_school_rocks_dev.csv", "Seen?,a,b,c,d,B\nNot used,a,b,c,d,A\n");
        _folder.Write("dev/anatomy_dev.csv", "Seen?,a,b,c,d,A\n");
        var dataset = Dataset.Mmlu(_folder.Path, shots: 1);
        dataset.Items.Select(item => item.Id).ShouldBe(["anatomy-1", "high_school_rocks-1", "high_school_rocks-2"]);
        dataset.Scorers.ShouldBe([Scorer.MultipleChoice]);
        var item = dataset.Items[1];
        item.Prompt.Text.ShouldBe("""
            The following are multiple choice questions (with answers) about high school rocks.

            Seen?
            A. a
            B. b
            C. c
            D. d
            Answer: B

            Which, if any?
            A. basalt
            B. tuff, soft
            C. chalk
            D. marl
            Answer:
            """);
        (item.Prompt.Raw, item.Category, item.CorrectChoice, item.Expected[0]).ShouldBe((true, "high_school_rocks", 2, "C"));
        item.Choices.ShouldBe([" A", " B", " C", " D"]);

        var one = Dataset.Mmlu(Path.Join(_folder.Path, "test", "anatomy_test.csv"));
        one.Items.ShouldHaveSingleItem().Prompt.Text!.ShouldStartWith(
            "The following are multiple choice questions (with answers) about anatomy.\n\nBone?\nA. 1");
        Dataset.Mmlu(Path.Join(_folder.Path, "test")).Items.Count.ShouldBe(3);
        Should.Throw<DatasetFormatException>(() => Dataset.Mmlu(_folder.Path, shots: 2)).Message.ShouldContain("2 examples are needed, found 1");
    }

    [Fact]
    public void Mmlu_SaysWhatIsWrong()
    {
        Should.Throw<DatasetFormatException>(() => Dataset.Mmlu(_folder.Path)).Message.ShouldContain("no files *_test.csv");
        var path = _folder.Write("x_test.csv", "question,A,B,C,D,answer\nq,1,2,3,4,E\nq,1,2,3,4,0\nq,1,2,3,A\n");
        var thrown = Should.Throw<DatasetFormatException>(() => Dataset.Mmlu(path));
        thrown.Problems.Select(problem => problem.Message).ShouldBe([
            "the last field must be A to D, found \"answer\"", "the last field must be 0 to 3 or A to D, found \"E\"",
            "the last field must be A to D, found \"0\"", "6 fields are needed, found 5", "there is no question that can be used"]);
        Should.Throw<DatasetFormatException>(() => Dataset.Mmlu(path, shots: 1)).Message.ShouldContain("need the dev split");
    }

    [Fact]
    public void HellaSwag_CleansAsTheHarnessDoes()
    {
        const string Contexts = """
            "ctx_a": "A man [header] bakes [title] Then.", "ctx_b": "the Man"
            """;
        var path = _folder.Write("val.jsonl", $$"""
            {"ind": 4, "activity_label": "Baking", {{Contexts}}, "endings": ["eats  it.", " [step] sleeps."], "label": "1", "split_type": "zeroshot"}
            {"activity_label": "Baking", "ctx": "A man", "endings": ["eats.", "sleeps."], "label": 0}
            """);
        var dataset = Dataset.HellaSwag(path);
        dataset.Scorers.ShouldBe([Scorer.MultipleChoice, Scorer.MultipleChoiceNormalized]);
        dataset.Items[0].ShouldSatisfyAllConditions(
            item => item.Prompt.Text.ShouldBe("Baking: A man bakes. Then. The man"), item => item.Choices.ShouldBe([" eats it.", "  sleeps."]),
            item => item.CorrectChoice.ShouldBe(1), item => item.Category.ShouldBe("zeroshot"), item => item.Prompt.Raw.ShouldBeTrue());
        dataset.Items[1].Prompt.Text.ShouldBe("Baking: A man");
        Dataset.HellaSwag(path, 1, path).Items[1].Prompt.Text.ShouldBe("Baking: A man bakes. Then. The man  sleeps.\n\nBaking: A man");
        var test = _folder.Write("test.jsonl", """{"activity_label": "Baking", "ctx": "A man", "endings": ["eats."]}""");
        Should.Throw<DatasetFormatException>(() => Dataset.HellaSwag(test)).Message.ShouldContain("label is needed; the test split of HellaSwag has none");
    }

    [Fact]
    public void MtBench_HasTurns()
    {
        var path = _folder.Write("question.jsonl", """
            {"question_id": 81, "category": "writing", "turns": ["Write.", "Shorter."], "reference": ["x"]}
            {"question_id": 82, "category": "math", "turns": []}
            """);
        List<DatasetProblem> problems = [];
        var item = Dataset.MtBench(path, problems).Items.ShouldHaveSingleItem();
        (item.Id, item.Category, item.Prompt.Text, item.FollowUps[0], item.Expected.Count).ShouldBe(("81", "writing", "Write.", "Shorter.", 0));
        problems.ShouldHaveSingleItem().ToString().ShouldBe($"{path}:2: turns must have a text or more, none of them empty");
    }
}
