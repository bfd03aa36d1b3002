namespace LmDeploy.Supervisor.Http.Access;

/// <summary>The access level of a route.</summary>
internal enum AccessLevel
{
    /// <summary>Anybody who can reach the server.</summary>
    Anybody,

    /// <summary>Holders of a key, where there are keys.</summary>
    User,

    /// <summary>Holders of an admin key, where there are keys.</summary>
    Admin,
}
