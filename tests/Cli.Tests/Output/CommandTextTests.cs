using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Tests.Output;

public sealed class CommandTextTests
{
    [Theory]
    [InlineData("lmdeploy compare models/a --max-new-tokens 5", "compare", "models/a", "--max-new-tokens", "5")]
    [InlineData("lmdeploy compare 'my model' 'it'\\''s' ''", "compare", "my model", "it's", "")]
    [InlineData("lmdeploy bench --api-key *** m", "bench", "--api-key", "sk-1", "m")]
    [InlineData("lmdeploy bench --api-key=*** --hub-token:*** m", "bench", "--api-key=sk-1", "--hub-token:sk\n2", "m")]
    [InlineData("lmdeploy x --token *** --password *** --Admin-Key ***", "x", "--token", "a", "--password", "b", "--Admin-Key", "c")]
    [InlineData("lmdeploy bench --url http://***@host/v1", "bench", "--url", "http://me:sk-1@host/v1")]
    public void Of_IsAShellsAndHasNoSecret(string expected, params string[] words) => CommandText.Of(words).ShouldBe(expected);
}
