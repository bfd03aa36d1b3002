using System.Text.Json;
using LmDeploy.Words;

namespace LmDeploy.Cli.Output;

/// <summary>Writes how workers ended as JSON.</summary>
internal static class FailureJson
{
    /// <summary>An object, or null.</summary>
    public static void Write(Utf8JsonWriter json, WorkerFailure? failure)
    {
        if (failure is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.Kind.ToString()));
        json.WriteNumber("worker_pid", failure.WorkerPid);
        json.WriteOptional("exit_code", failure.ExitCode);
        json.WriteString("signal", failure.Signal);
        json.WriteString("during", EnumWords.Of(failure.Activity));
        json.WriteString("cuda_error", failure.CudaError);
        json.WriteStartArray("xids");
        foreach (var xid in failure.Xids)
        {
            json.WriteStartObject();
            json.WriteNumber("number", xid.Number);
            json.WriteString("device", xid.Device);
            json.WriteString("text", xid.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("last_errors");
        foreach (var line in failure.LastErrors)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
        json.WriteNumber("step", failure.Step);
        json.WriteStartArray("running");
        foreach (var request in failure.Running)
        {
            json.WriteStartObject();
            json.WriteNumber("id", request.Id);
            json.WriteString("fingerprint", request.Fingerprint);
            json.WriteNumber("input_token_len", request.InputTokenLen);
            json.WriteNumber("generate_token_len", request.GenerateTokenLen);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("lived_seconds", failure.Lifetime.TotalSeconds);
        json.WriteString("when", failure.Time);
        json.WriteEndObject();
    }
}
