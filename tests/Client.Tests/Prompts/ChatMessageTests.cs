using System.Text.Json;

namespace LmDeploy.Client.Tests.Prompts;

public sealed class ChatMessageTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"role\":1}")]
    [InlineData("{")]
    public void FromJson_RefusesWhatIsNoMessage(string json) => Should.Throw<ArgumentException>(() => ChatMessage.FromJson(json));

    [Fact]
    public void FromMessages_HandsJsonOnAsItIs()
    {
        const string Call = """{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}""";
        Prompt prompt = new[] { ChatMessage.User("\"\\\n\t\u0001"), ChatMessage.FromJson(Call) };
        using var json = JsonDocument.Parse(prompt.Messages!);
        json.RootElement[0].GetProperty("content").GetString().ShouldBe("\"\\\n\t\u0001");
        json.RootElement[1].GetRawText().ShouldBe(Call);
    }

    [Fact]
    public void Constructor_NullContentIsEmpty() => new ChatMessage("user", null).Content.ShouldBeEmpty();
}
