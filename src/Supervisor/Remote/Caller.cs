using Grpc.Core;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Serving;

namespace LmDeploy.Supervisor.Remote;

/// <summary>Who makes a gRPC call: a process of this user over its socket, or somebody over the network with an API key.</summary>
/// <param name="Key">The key; null for a process of this user.</param>
/// <param name="IsRemote">Whether the call came over the network.</param>
internal sealed record Caller(ApiKey? Key, bool IsRemote)
{
    private const int OwnerBytes = 8;

    public static Caller Local { get; } = new(null, IsRemote: false);

    /// <summary>Owns pipelines: of each key its own, so that two keys with one name are two owners. Empty for processes of this user.</summary>
    public string Owner => Key is null ? "" : Key.Sha256.Length == 0 ? Key.Name : Convert.ToHexStringLower(Key.Sha256.AsSpan(0, OwnerBytes));

    /// <summary>Whether it may see and end what others own, and give any path of this host.</summary>
    public bool IsAdmin => !IsRemote || Key?.Admin == true;

    /// <summary>The scope of its prompts in the prefix cache: what it says itself divides its own scope, and never reaches another's.</summary>
    public string SaltOf(string own) => !IsRemote ? own : own.Length > 0 ? $"{Owner}/{own}" : Owner;

    public static Caller Of(ServerCallContext context) => context.GetHttpContext().Items[typeof(Caller)] as Caller ?? Local;

    public void Enter(ServerCallContext context) => context.GetHttpContext().Items[typeof(Caller)] = this;

    public bool Sees(PipelineSpec pipeline) => IsAdmin || pipeline.Owner == Owner;
}
