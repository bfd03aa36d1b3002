using System.Text.Json.Nodes;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;
using LmDeploy.Tests.Folders;
using LmDeploy.Text.Errors;

namespace LmDeploy.Models.Tests.Checkpoints;

/// <summary>JSON files of model folders, and what is read of them.</summary>
public sealed class ConfigFileTests
{
    [Fact]
    public void WordsOfPythonsJson_AreRead_OutsideOfTexts()
    {
        using var folder = new TemporaryFolder().With(
            "config.json", """{"a": Infinity, "b": [-Infinity, NaN, 1], "c": "NaN \" Infinity", "NaN": 2, "d": {"e": NaN}}""");
        var file = ConfigFile.Open(folder.Path, "config.json");
        Should.Throw<EngineException>(() => file.Number("a")).Message.ShouldContain("1e999");
        file.String("c").ShouldBe("NaN \" Infinity");
        file.Number("NaN").ShouldBe(2);
        Should.Throw<EngineException>(() => file.Section("d")!.Number("e")).Message.ShouldContain("must be a number");
    }

    [Theory]
    [InlineData(
        """{"rope_parameters": {"rope_type": "default", "rope_theta": 5}, "rope_scaling": {"rope_type": "linear", "factor": 4}, "rope_theta": 7}""",
        "Linear",
        7)]
    [InlineData("""{"rope_parameters": {"rope_type": "linear", "factor": 2, "rope_theta": 5}, "rope_scaling": null, "rope_theta": 7}""", "Linear", 5)]
    [InlineData("""{"rope_parameters": {"rope_type": "linear", "factor": 2, "rope_theta": 5}, "rope_scaling": {}}""", "Linear", 5)]
    [InlineData("""{"rope_parameters": {"rope_type": "linear", "factor": 2, "rope_theta": 5}, "rope_scaling": {"rope_type": "default"}}""", "Default", 10000)]
    [InlineData("""{"rope_scaling": {"type": "dynamic", "factor": 2, "rope_theta": 3}}""", "Dynamic", 3)]
    public void RopeScaling_HoldsBesideRopeParameters(string config, string kind, double theta)
    {
        var json = JsonNode.Parse(config)!.AsObject();
        json["max_position_embeddings"] = 512;
        using var folder = new TemporaryFolder().With("config.json", json.ToJsonString());
        var rope = RopeSettings.Read(ConfigFile.Open(folder.Path, "config.json"), 8);
        rope.Kind.ToString().ShouldBe(kind);
        rope.Theta.ShouldBe(theta);
    }
}
