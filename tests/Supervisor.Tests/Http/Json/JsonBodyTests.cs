using System.Text;
using LmDeploy.Supervisor.Http;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Tests.Http.Json;

public sealed class JsonBodyTests
{
    [Fact]
    public void Body_OfMoreValuesThanAreKept_IsRefused()
    {
        var most = Encoding.UTF8.GetBytes($$"""{"a":[{{string.Join(',', Enumerable.Repeat("1", JsonBody.MostValues - 2))}}]}""");
        var more = Encoding.UTF8.GetBytes($$"""{"a":[{{string.Join(',', Enumerable.Repeat("1", JsonBody.MostValues - 1))}}]}""");

        JsonBody.Parse(most).Array("a")!.Value.GetArrayLength().ShouldBe(JsonBody.MostValues - 2);
        Should.Throw<ApiException>(() => JsonBody.Parse(more)).Message.ShouldContain("more than 4000000 values");
    }

    [Fact]
    public void LogitBias_OfAHundredThousandTokens_IsRead()
    {
        const int count = 100_000;
        var entries = string.Join(',', Enumerable.Range(0, count).Select(id => $"\"{id}\":{(id % 200) - 100}"));
        var body = "{\"logit_bias\":{" + entries + "}}";

        var config = SamplingFields.Read(JsonBody.Parse(Encoding.UTF8.GetBytes(body)));

        config.LogitBias.Count.ShouldBe(count);
        config.LogitBias[count - 1].ShouldBe(((count - 1) % 200) - 100);
    }

    [Theory]
    [InlineData("""{"logit_bias":{"a":1}}""", "got the key \"a\"")]
    [InlineData("""{"logit_bias":{"1":101}}""", "logit_bias.1 has to be a number between -100 and 100")]
    [InlineData("""{"logit_bias":{"1":"2"}}""", "logit_bias.1 has to be a number")]
    public void LogitBias_ThatCannotBeMeant_IsRefused(string body, string message) =>
        Should.Throw<ApiException>(() => SamplingFields.Read(JsonBody.Parse(Encoding.UTF8.GetBytes(body)))).Message.ShouldContain(message);

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("[]")]
    public void Body_ThatIsNoObjectOfUnicode_IsRefused(string body) =>
        Should.Throw<ApiException>(() => JsonBody.Parse(Encoding.UTF8.GetBytes(body))).Status.ShouldBe(400);
}
