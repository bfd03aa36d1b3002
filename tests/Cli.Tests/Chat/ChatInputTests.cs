using LmDeploy.Cli.Chat;

namespace LmDeploy.Cli.Tests.Chat;

public sealed class ChatInputTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one|two")]
    [InlineData("one \\\ntwo\nthree\n", "one \ntwo|three")]
    [InlineData("\"\"\"one\ntwo\n\"\"\"\nthree\n", "one\ntwo|three")]
    [InlineData("\"\"\"one\"\"\"\n", "one")]
    [InlineData("\"\"\"one\ntwo", "one\ntwo\n")]
    [InlineData("one\\", "one\n")]
    [InlineData("", "")]
    public async Task Texts_MayHaveManyLines(string typed, string expected)
    {
        var prompts = new List<bool>();
        var input = new ChatInput(new StringReader(typed), prompts.Add);
        var said = new List<string>();
        while (await input.ReadAsync(CancellationToken.None) is { } text)
        {
            said.Add(text);
        }

        string.Join('|', said).ShouldBe(expected);
        prompts.Count(isMore => !isMore).ShouldBe(said.Count + 1);
    }
}
