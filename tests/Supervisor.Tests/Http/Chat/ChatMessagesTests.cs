using System.Text.Json;
using LmDeploy.Supervisor.Http.Chat;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Tests.Http.Chat;

/// <summary>However callers write a conversation with calls, the chat template is given one form of it.</summary>
public sealed class ChatMessagesTests
{
    [Theory]
    [InlineData("\"\"", "{}")]
    [InlineData("\" \"", "{}")]
    [InlineData("null", "{}")]
    [InlineData("\"null\"", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("\"{\\\"a\\\": 1}\"", "{\"a\":1}")]
    [InlineData("\"no json\"", "\"no json\"")]
    public void Arguments_AreAnObject(string given, string expected) =>
        Normalize($$$"""[{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{{{given}}}}}]}]""")
            .ShouldBe(
                $$$"""[{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{{{expected}}}}}]}]""");

    [Fact]
    public void Arguments_MayBeAbsent() =>
        Normalize("""[{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f"}}]}]""").ShouldContain("\"arguments\":{}");

    [Theory]
    [InlineData("")]
    [InlineData("\"type\":null,")]
    public void CallWithoutAType_IsAFunctions(string type) =>
        Normalize($$$"""[{"role":"assistant","content":"","tool_calls":[{ {{{type}}}"function":{"name":"f"}}]}]""").ShouldContain("\"type\":\"function\"");

    [Theory]
    [InlineData("\"tool_calls\":[]")]
    [InlineData("\"tool_calls\":null")]
    public void NoCalls_AreNoCalls(string calls) =>
        Normalize($$"""[{"role":"assistant","content":"a",{{calls}}}]""").ShouldBe("""[{"role":"assistant","content":"a"}]""");

    [Theory]
    [InlineData("\"content\":null", "")]
    [InlineData("\"name\":\"n\"", "")]
    [InlineData("\"content\":[]", "")]
    [InlineData("\"content\":[{\"type\":\"text\",\"text\":\"a\"},\"b\"]", "a\nb")]
    public void Content_IsText(string given, string expected)
    {
        using var normal = JsonDocument.Parse(Normalize($$"""[{"role":"tool",{{given}}}]"""));
        normal.RootElement[0].GetProperty("content").GetString().ShouldBe(expected);
    }

    private static string Normalize(string messages) =>
        ChatMessages.Normalize(new BodyFields(JsonSerializer.Deserialize<JsonElement>($$"""{"messages":{{messages}}}"""), ""));
}
