namespace LmDeploy;

/// <summary>A prompt that was in flight, without its text.</summary>
/// <param name="Id">The supervisor's number for it.</param>
/// <param name="Fingerprint">What the supervisor knows the same prompt by when it comes again.</param>
/// <param name="InputTokenLen">The length of the prompt in tokens; 0 when that was not known yet.</param>
/// <param name="GenerateTokenLen">Tokens generated so far.</param>
public sealed record RunningRequest(ulong Id, string Fingerprint, int InputTokenLen, int GenerateTokenLen);
