using System.Text.Json;

namespace LmDeploy.Client.Tests.Prompting;

public sealed class PromptMessageTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"role\":1}")]
    [InlineData("{")]
    public void FromJson_RefusesWhatIsNoMessage(string json) => Should.Throw<ArgumentException>(() => PromptMessage.FromJson(json));

    [Fact]
    public void FromMessages_HandsJsonOnAsItIs()
    {
        const string Call = """{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}""";
        Prompt prompt = new[] { PromptMessage.User("\"\\\n\t\u0001"), PromptMessage.FromJson(Call) };
        using var json = JsonDocument.Parse(prompt.MessagesJson!);
        json.RootElement[0].GetProperty("content").GetString().ShouldBe("\"\\\n\t\u0001");
        json.RootElement[1].GetRawText().ShouldBe(Call);
    }

    [Fact]
    public void Constructor_NullContentIsEmpty() => new PromptMessage("user", null).Content.ShouldBeEmpty();
}
