using System.Text;
using System.Text.Json;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Http.Models;

/// <summary>The load of a model, as <c>/v1/models</c> and <c>/v1/pipelines</c> have it.</summary>
public sealed class LoadJsonTests
{
    [Fact]
    public void Load_HasItsStageAndBytes() => Write(
        new LoadStatus(LoadState.Loading, null, new LoadProgress { Stage = LoadStage.WarmingUp, LoadedBytes = 3, TotalBytes = 4 }))
        .ShouldBe("""{"state":"loading","error":null,"progress":{"stage":"warming_up","loaded_bytes":3,"total_bytes":4}}""");

    [Fact]
    public void Failure_HasItsCodeAndMessage() => Write(new LoadStatus(LoadState.Failed, new Error { Code = "missing_tensor", Message = "a.weight" }))
        .ShouldBe("""{"state":"failed","error":{"code":"missing_tensor","message":"a.weight"},"progress":null}""");

    private static string Write(LoadStatus load)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            LoadJson.WriteFields(json, load);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
