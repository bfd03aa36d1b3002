namespace LmDeploy.Generation;

/// <summary>What a model's generation_config.json may say of sampling.</summary>
[Flags]
internal enum SamplingFields
{
    None = 0,
    DoSample = 1,
    Temperature = 2,
    TopP = 4,
    TopK = 8,
    MinP = 16,
    RepetitionPenalty = 32,
}
