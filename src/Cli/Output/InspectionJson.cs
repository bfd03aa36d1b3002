using System.Text.Json;
using LmDeploy.Words;

namespace LmDeploy.Cli.Output;

/// <summary>What is found in a model folder, for programs.</summary>
internal static class InspectionJson
{
    public static string Write(ModelInspection inspection) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteString("model", inspection.Model);
            json.WriteBoolean("can_be_served", inspection.CanBeServed);
            json.WriteStartArray("problems");
            foreach (var problem in inspection.Problems)
            {
                WriteProblem(json, problem);
            }

            json.WriteEndArray();
            WriteModel(json, inspection);
            WriteText(json, inspection);
            WriteParts(json, inspection.Parts);
            WriteMemory(json, inspection.Memory);
            json.WriteEndObject();
        },
        indented: true);

    private static void WriteProblem(Utf8JsonWriter json, InspectionProblem problem)
    {
        json.WriteStartObject();
        json.WriteString("code", problem.Code);
        json.WriteString("message", problem.Message);
        json.WriteString("subject", problem.Subject);
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, ModelInspection inspection)
    {
        json.WriteString("architecture", inspection.Architecture);
        json.WriteNumber("parameters", inspection.Parameters);
        json.WriteNumber("layers", inspection.Layers);
        json.WriteNumber("hidden_size", inspection.HiddenSize);
        json.WriteNumber("vocab_size", inspection.VocabSize);
        json.WriteNumber("longest_context", inspection.LongestContext);
        json.WriteNumber("session_len", inspection.SessionLen);
        json.WriteString("device", EnumWords.Of(inspection.Device));
        json.WriteString("dtype", inspection.Dtype is { } dtype ? EnumWords.Of(dtype) : null);
        json.WriteString("weights", inspection.Weights);
        json.WriteNumber("stored_bytes", inspection.StoredBytes);
        json.WriteNumber("weight_bytes", inspection.WeightBytes);
        json.WriteNumber("cache_bytes_per_token", inspection.CacheBytesPerToken);
        json.WriteNumber("state_bytes_per_sequence", inspection.StateBytesPerSequence);
    }

    private static void WriteText(Utf8JsonWriter json, ModelInspection inspection)
    {
        if (inspection.Tokenizer is { } tokenizer)
        {
            json.WriteStartObject("tokenizer");
            json.WriteString("file", tokenizer.File);
            json.WriteNumber("vocab_size", tokenizer.VocabSize);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("tokenizer");
        }

        if (inspection.ChatTemplate is { } template)
        {
            json.WriteStartObject("chat_template");
            json.WriteBoolean("renders", template.Problem is null);
            json.WriteString("rendered", template.Rendered);
            if (template.Problem is { } problem)
            {
                json.WritePropertyName("problem");
                WriteProblem(json, problem);
            }
            else
            {
                json.WriteNull("problem");
            }

            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("chat_template");
        }
    }

    private static void WriteParts(Utf8JsonWriter json, IReadOnlyList<PartForm> parts)
    {
        json.WriteStartArray("parts");
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("part", part.Part);
            json.WriteNumber("count", part.Count);
            json.WriteString("form", EnumWords.Of(part.Form));
            json.WriteString("reason", part.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMemory(Utf8JsonWriter json, MemoryFit? memory)
    {
        if (memory is null)
        {
            json.WriteNull("memory");
            return;
        }

        json.WriteStartObject("memory");
        json.WriteString("device", memory.Device);
        json.WriteNumber("total_bytes", memory.TotalBytes);
        json.WriteNumber("free_bytes", memory.FreeBytes);
        json.WriteNumber("fixed_bytes", memory.FixedBytes);
        json.WriteNumber("least_bytes", memory.LeastBytes);
        json.WriteNumber("most_bytes", memory.MostBytes);
        json.WriteBoolean("fits_now", memory.FitsNow);
        json.WriteEndObject();
    }
}
