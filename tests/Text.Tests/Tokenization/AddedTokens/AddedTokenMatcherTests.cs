using LmDeploy.Text.Tokenization.AddedTokens;

namespace LmDeploy.Text.Tests.Tokenization.AddedTokens;

public sealed class AddedTokenMatcherTests
{
    [Theory]
    [InlineData("a<s>b", "a|[0]|b")]
    [InlineData("<s><s>", "[0]|[0]")]
    [InlineData("<s>x", "[0]|x")]
    [InlineData("<s>>", "[1]")]
    [InlineData("<s", "<s")]
    [InlineData("", "")]
    [InlineData("<<s>", "<|[0]")]
    [InlineData("the word is", "the |[2]| is")]
    [InlineData("swords", "swords")]
    [InlineData("(word)", "(|[2]|)")]
    [InlineData("𝕳word", "𝕳word")]
    [InlineData("a \n<l> b", "a|[3]| b")]
    [InlineData("a <r> \n b", "a |[4]|b")]
    [InlineData("<r> <l> x", "[4]|[3]| x")]
    [InlineData("<r>  ", "[4]")]
    public void Split_HonoursTheFlags(string text, string expected)
    {
        var matcher = new AddedTokenMatcher(new[]
        {
            new AddedToken(0, "<s>", false, false, false, false, true),
            new AddedToken(1, "<s>>", false, false, false, false, true),
            new AddedToken(2, "word", true, false, false, false, true),
            new AddedToken(3, "<l>", false, true, false, false, true),
            new AddedToken(4, "<r>", false, false, true, false, true),
        }.Select(token => (token.Content, token)));

        var parts = matcher.Split(text).Select(part => part.Token is { } token ? $"[{token.Id}]" : part.Text);
        string.Join('|', parts).ShouldBe(expected);
    }
}
