using LmDeploy.V1;

namespace LmDeploy.Engine.Sampling;

/// <summary>A chosen token and, when asked for, the candidates it was chosen among.</summary>
internal readonly record struct SampledToken(int Id, TokenLogprobs? Logprobs);
