using Google.Protobuf;

namespace LmDeploy.Supervisor.Http.Logprobs;

/// <summary>A token in one place of an answer or a prompt.</summary>
/// <param name="Bytes">What it adds to a text, in UTF-8; it may be part of a character.</param>
/// <param name="Logprob">Its log-probability, natural logarithm, at least <see cref="Least"/>.</param>
internal readonly record struct Candidate(ByteString Bytes, float Logprob)
{
    /// <summary>What stands for minus infinity, which JSON cannot say; vLLM's number.</summary>
    public const float Least = -9999;

    /// <summary>What it adds to a text; what is part of a character is U+FFFD.</summary>
    public string Text => Bytes.ToStringUtf8();

    public static Candidate Of(ByteString bytes, float logprob) => new(bytes, Math.Max(logprob, Least));
}
