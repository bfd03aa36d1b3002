using System.Text;
using LmDeploy.Supervisor.Http;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Tests.Http;

public sealed class TemplateArgumentsTests
{
    [Theory]
    [InlineData("""{}""", "")]
    [InlineData("""{"chat_template_kwargs":null}""", "")]
    [InlineData("""{"chat_template_kwargs":{"a": 1}}""", """{"a": 1}""")]
    [InlineData("""{"reasoning_effort":"low"}""", """{"reasoning_effort":"low"}""")]
    [InlineData("""{"reasoning_effort":"low","chat_template_kwargs":{"a":1}}""", """{"reasoning_effort":"low","a":1}""")]
    [InlineData("""{"reasoning_effort":"low","chat_template_kwargs":{"reasoning_effort":"high"}}""", """{"reasoning_effort":"high"}""")]
    public void Read_JoinsWhatTemplatesAreGiven(string body, string expected) => Read(body).ShouldBe(expected);

    [Theory]
    [InlineData("chat_template_kwargs", "{\"k\":\"", "\"}")]
    [InlineData("reasoning_effort", "\"", "\"")]
    public void LongOnes_AreRefusedByName(string field, string before, string after)
    {
        var quotes = field == "reasoning_effort" ? 2 : 0;
        var longest = new string('a', TemplateArguments.MostCharacters - before.Length - after.Length + quotes);

        Read($$"""{"{{field}}":{{before}}{{longest}}{{after}}}""").Length.ShouldBeGreaterThanOrEqualTo(TemplateArguments.MostCharacters);
        var refusal = Should.Throw<ApiException>(() => Read($$"""{"{{field}}":{{before}}{{longest}}a{{after}}}"""));

        refusal.Status.ShouldBe(400);
        refusal.Parameter.ShouldBe(field);
        refusal.Message.ShouldBe($"{field} has 1048577 characters; at most 1048576 are taken.");
    }

    private static string Read(string body) => TemplateArguments.Read(JsonBody.Parse(Encoding.UTF8.GetBytes(body)));
}
