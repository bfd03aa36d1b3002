namespace LmDeploy.Supervisor.Http.Models;

/// <summary>A model and the pipeline that a request for it goes to.</summary>
/// <param name="Name">What the model is served as.</param>
/// <param name="Key">Of the pipeline.</param>
/// <param name="Folder">The model's.</param>
internal sealed record RoutedModel(string Name, string Key, string Folder);
