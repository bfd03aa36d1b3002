using System.Text;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Bodies of requests that are wrong in one way or another, by a seed.</summary>
internal static class Nonsense
{
    private static readonly string[] Names =
    [
        "model", "messages", "prompt", "input", "tokens", "temperature", "top_p", "top_k", "n", "stop", "seed", "logprobs", "top_logprobs",
        "logit_bias", "max_tokens", "stream", "stream_options",
        "tools", "tool_choice", "response_format", "echo", "dimensions", "encoding_format", "chat_template_kwargs", "min_p", "bad_words", "name",
        "engine", "ttl_seconds", "role", "content", "é\\u00e9",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e999", "1e308", "12345678901234567890", "0.5", "\"\"", "\"pebble\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}",
        "[[]]", "[1,2,3]", "[-1]", "[99999999]", "[\"a\",1]",
        "[{\"role\":\"user\",\"content\":\"hi\"}]",
        "[{\"role\":\"user\"}]",
        "[{\"role\":5,\"content\":{}}]",
        "{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"nothing\"}}}",
        "{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"$ref\":\"#\"}}}",
        "{\"type\":\"regex_schema\",\"regex_schema\":\"((((a+)+)+)+)$\"}",
        "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":7}}}]",
        "\"required\"", "{\"include_usage\":1}", "{\"5\":1000}", "{\"x\":1}", "\"../../etc\"", "\"{{ 1/0 }}\"",
    ];

    public static byte[] Body(Random random) => random.Next(12) switch
    {
        0 => Bytes(random),
        1 => Cut(random, Object(random)),
        2 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 1 + random.Next(5000)))),
        3 => Encoding.UTF8.GetBytes($"{{\"model\":\"pebble\",\"messages\":{string.Concat(Enumerable.Repeat("{\"a\":", 200))}1{new string('}', 200)}}}"),
        4 => Broken(random, Object(random)),
        5 => Encoding.UTF8.GetBytes($"{{\"model\":\"pebble\",\"model\":\"pebble\",\"prompt\":\"{new string('a', random.Next(100_000))}\"}}"),
        6 when random.Next(20) == 0 => Encoding.UTF8.GetBytes($"{{\"prompt\":\"{new string('x', 1_200_000)}\"}}"),
        _ => Encoding.UTF8.GetBytes(Object(random)),
    };

    /// <summary>Fields that exist with values that most do not take; generation is kept short.</summary>
    private static string Object(Random random)
    {
        var fields = Enumerable.Range(0, 1 + random.Next(6)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\":{Values[random.Next(Values.Length)]}");
        var model = random.Next(3) > 0 ? ["\"model\":\"pebble\""] : Array.Empty<string>();
        var end = random.Next(3) > 0 ? ["\"max_tokens\":2"] : Array.Empty<string>();
        return $"{{{string.Join(',', model.Concat(fields).Concat(end).DistinctBy(field => field.Split(':')[0]))}}}";
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Cut(Random random, string text) => Encoding.UTF8.GetBytes(text)[..random.Next(text.Length)];

    private static byte[] Broken(Random random, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
