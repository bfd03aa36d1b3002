namespace LmDeploy.Supervisor.Logging;

/// <summary>The form of log lines on standard error.</summary>
internal enum LogFormat
{
    /// <summary>Time, level, source and message.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>For systemd's journal, which has times of its own: <c>&lt;N&gt;</c>, the priority of syslog, before each line.</summary>
    Journal,
}
