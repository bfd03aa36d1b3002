namespace LmDeploy.Supervisor.Http.Access;

/// <summary>Who may call a route.</summary>
internal enum AccessLevel
{
    /// <summary>Whoever reaches it.</summary>
    Anybody,

    /// <summary>Holders of a key, where there are keys.</summary>
    User,

    /// <summary>Holders of an admin key, where there are keys.</summary>
    Admin,
}
