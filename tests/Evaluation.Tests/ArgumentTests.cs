namespace LmDeploy.Evaluation.Tests;

/// <summary>What a caller gets wrong is said where it is done, in the name of the parameter or the member.</summary>
public sealed class ArgumentTests
{
    private static readonly DatasetItem _item = new("1", "a");

    [Fact]
    public void Null_IsNamedAsTheParameter()
    {
        NullOf(() => new DatasetItem(null!, "a")).ShouldBe("id");
        NullOf(() => new DatasetItem("1", null!)).ShouldBe("prompt");
        NullOf(() => new AnsweredItem(null!, [])).ShouldBe("item");
        NullOf(() => new AnsweredItem(_item, null!)).ShouldBe("answers");
        NullOf(() => new ComparedModel(null!)).ShouldBe("path");
        NullOf(() => new PairwiseJudge(null!)).ShouldBe("model");
        NullOf(() => new Dataset("d", null!)).ShouldBe("items");
    }

    [Fact]
    public void Null_IsNamedAsTheMember()
    {
        NullOf(() => _item with { Category = null! }).ShouldBe("Category");
        NullOf(() => new ComparisonOptions { Generation = null! }).ShouldBe("Generation");
        NullOf(() => new ComparisonOptions { Engine = null! }).ShouldBe("Engine");
        NullOf(() => new ComparisonOptions { TimeProvider = null! }).ShouldBe("TimeProvider");
    }

    [Fact]
    public void Null_AmongQuestionsIsAnError() => Should.Throw<ArgumentException>(() => new Dataset("d", [_item, null!])).ParamName.ShouldBe("items");

    [Fact]
    public void NumbersOutOfRange_AreErrors()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new Dataset("d", [_item]).Take(0)).ParamName.ShouldBe("count");
        Should.Throw<ArgumentOutOfRangeException>(() => _item with { CorrectChoice = -1 }).ParamName.ShouldBe("CorrectChoice");
    }

    private static string? NullOf(Func<object?> call) => Should.Throw<ArgumentNullException>(() => { call(); }).ParamName;
}
