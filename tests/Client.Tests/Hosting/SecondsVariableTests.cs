using LmDeploy.Hosting;

namespace LmDeploy.Client.Tests.Hosting;

public sealed class SecondsVariableTests
{
    [Theory]
    [InlineData(null, 30)]
    [InlineData("", 30)]
    [InlineData("6", 6)]
    [InlineData("7.5", 7.5)]
    [InlineData("86400", 86_400)]
    public void Parse_TakesWhatIsInRange_AndTheFallbackForNothing(string? text, double seconds)
        => SecondsVariable.Parse("LMDEPLOY_X", text, fallback: 30, least: 6).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("5.9")]
    [InlineData("86401")]
    [InlineData("NaN")]
    [InlineData("a while")]
    public void Parse_NamesTheVariableItsRangeAndItsValue(string text)
    {
        var e = Should.Throw<SupervisorUnavailableException>(() => SecondsVariable.Parse("LMDEPLOY_X", text, fallback: 30, least: 6));
        e.Message.ShouldBe($"LMDEPLOY_X must be seconds, 6 to 86400, got \"{text}\".");
        e.Subject.ShouldBe("LMDEPLOY_X");
    }
}
