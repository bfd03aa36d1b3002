namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>The system under load: a pipeline, or a server.</summary>
internal interface ITokenSource
{
    /// <summary>Answers one request, to the length that it asks for.</summary>
    /// <returns>How many tokens came, each time that some come.</returns>
    /// <exception cref="LmDeployException">It could not be answered; others still can.</exception>
    IAsyncEnumerable<int> AskAsync(ServeRequest request, CancellationToken cancellationToken);
}
