using System.Text;
using LmDeploy.Supervisor.Http.Completions;

namespace LmDeploy.Supervisor.Tests.Http.Completions;

public sealed class TextOffsetsTests
{
    [Theory]
    [InlineData("Once upon", "<s>| |O|nce| upon", "0 0 0 1 4")]
    [InlineData("Hello from", "<s>| Hello| from", "0 0 5")]
    [InlineData(" from", " from", "0")]
    [InlineData("A😀B", "A|😀|B", "0 1 2")]
    [InlineData("cut of", "cut| off|ten", "0 3 7")]
    public void Tokens_BeginWhereTheTextHasThem(string text, string tokens, string offsets) =>
        string.Join(' ', TextOffsets.Of(text, [.. tokens.Split('|').Select(Encoding.UTF8.GetBytes)])).ShouldBe(offsets);

    [Fact]
    public void TokensWithinACharacter_BeginWhereItDoes()
    {
        var bytes = Encoding.UTF8.GetBytes("é");
        TextOffsets.Of("aéb", ["a"u8.ToArray(), bytes[..1], bytes[1..], "b"u8.ToArray()]).ShouldBe([0, 1, 1, 2]);
    }
}
