using System.Text.Json;

namespace LmDeploy.Cli.Tests.Serving;

/// <summary>What a running server reads its settings again with.</summary>
public sealed class PrintedSettingsTests : CommandTestBase
{
    [Fact]
    public async Task Settings_ArePrintedWithTheCommandThatPrintsThem_AndWithoutSecrets()
    {
        var file = Write("serve.yaml", "models:", $"  - {{path: {Path.GetTempPath()}, name: one}}");

        (await RunAsync("serve", "--api-key", "secret-1", "--print-settings", "--config", file, "--admin-key=root=secret-2", "--port", "1")).ShouldBe(0);

        var text = Out.ToString();
        text.ShouldNotContain("secret");
        using var json = JsonDocument.Parse(text);
        json.RootElement.GetProperty("models")[0].GetProperty("name").GetString().ShouldBe("one");
        json.RootElement.GetProperty("keys").EnumerateArray().Select(key => (key.GetProperty("name").GetString(), key.GetProperty("fixed").GetBoolean()))
            .ShouldBe([("key-1", true), ("root", true)]);
        var arguments = json.RootElement.GetProperty("reload").GetProperty("arguments").EnumerateArray().Select(argument => argument.GetString()).ToList();
        arguments.SkipWhile(argument => argument != "serve").ShouldBe(
            ["serve", "--print-settings", "--print-settings", "--config", file, "--port", "1"]);
    }
}
