namespace LmDeploy.Cli.Tests.Serving;

/// <summary>Every error of the file of <c>serve --config</c> has the file, the line, the key and what is allowed, and is an error of usage.</summary>
public sealed class ConfigurationErrorTests : CommandTestBase
{
    private const string Model = "models:\n  - path: FOLDER\n";

    [Theory]
    [InlineData("host: localhost\nport: 1\nmodles: []\n", 3, "unknown key 'modles', did you mean 'models'?")]
    [InlineData("colour: red\n", 1, "unknown key 'colour'; there are host, port, tls_cert")]
    [InlineData("\nport: abc\n", 2, "port has to be a whole number from 0 to 65535, got 'abc'")]
    [InlineData("port: 70000\n", 1, "port has to be a whole number from 0 to 65535, got '70000'")]
    [InlineData("port: [1, 2]\n", 1, "port has to be a whole number from 0 to 65535, got a list")]
    [InlineData("host: {a: b}\n", 1, "host has to be a text, got a mapping")]
    [InlineData("insecure: maybe\n", 1, "insecure has to be true or false, got 'maybe'")]
    [InlineData("max_body_mib: lots\n", 1, "max_body_mib has to be a number from 0 to 1048576, got 'lots'")]
    [InlineData("cors_origins: https://one.example\n", 1, "cors_origins has to be a list of texts, got 'https://one.example'")]
    [InlineData("models: 3\n", 1, "models has to be a list of mappings with name, path, aliases")]
    [InlineData("models:\n  - models/one\n", 2, "models[0] has to be a mapping with name, path, aliases")]
    [InlineData("models:\n  - name: a\n", 2, "models[0].path is missing")]
    [InlineData("models:\n  - name: a\n    path: /absent\n", 3, "models[0].path: there is no model folder '/absent'")]
    [InlineData(Model + "    ailases: [b]\n", 3, "unknown key 'ailases' in models[0], did you mean 'aliases'?")]
    [InlineData(Model + "    replicas: 0\n", 3, "models[0].replicas has to be a whole number from 1 to 64, got '0'")]
    [InlineData(Model + "    ttl_seconds: [1]\n", 3, "models[0].ttl_seconds has to be a number from 0 to 2592000, got a list")]
    [InlineData(Model + "    name: a%2Fb\n", 2, "models[0].path: 'a%2Fb' cannot be a name")]
    [InlineData(Model + "    name: a\n  - path: FOLDER\n    name: a\n    engine: {threads: 1}\n", 4, "models[1].path: the name 'a' stands for")]
    [InlineData(Model + "    engine: [threads]\n", 3, "models[0].engine has to be a mapping, got a list")]
    [InlineData(Model + "    engine:\n      threads: 1\n      session_length: 64\n", 5, "engine: unknown setting 'session_length'; there are device, dtype")]
    [InlineData(Model + "    engine:\n      sesion_len: 64\n", 4, "engine: unknown setting 'sesion_len', did you mean 'session_len'?")]
    [InlineData(Model + "    engine:\n      session_len: long\n", 4, "engine: session_len has to be a whole number, got \"long\"")]
    [InlineData(Model + "    engine:\n      session_len: [64]\n", 4, "engine: session_len has to be a whole number, got []")]
    [InlineData(Model + "    engine:\n      session_len: -1\n", 4, "engine: session_len must be at least 1, got -1")]
    [InlineData(Model + "    engine:\n      enable_prefix_caching: 7\n", 4, "engine: enable_prefix_caching has to be true or false, got 7")]
    [InlineData(Model + "    engine:\n      dtype: int8\n", 4, "engine: dtype must be auto, float32, bfloat16 or float16, got 'int8'")]
    [InlineData(Model + "    engine:\n      dtype: 8\n", 4, "engine: dtype must be auto, float32, bfloat16 or float16, got '8'")]
    [InlineData(Model + "    engine:\n      load_timeout_ms: soon\n", 4, "engine: load_timeout_ms has to be a number of milliseconds, got \"soon\"")]
    [InlineData(Model + "    engine:\n      hang_timeout_ms: 10\n", 4, "engine: hang_timeout_ms must be 0 or 1000 to 86400000 milliseconds, got 10")]
    [InlineData(Model + "    engine:\n      memory_limit_bytes: 1\n", 4, "engine: memory_limit_bytes must be 67108864 to 9223372036854775807, got 1")]
    [InlineData("keys:\n  - sha256: ab\n", 2, "keys[0].name is missing")]
    [InlineData("keys:\n  - name: team\n    sha256: ab\n", 3, "keys[0].sha256 has to be the SHA-256 of the key in 64 hexadecimal digits")]
    [InlineData("host: a\nport: 1\nhost: b\n", 3, "the key 'host' is there twice")]
    [InlineData("host: nowhere.example\n", 1, "host: 'nowhere.example' is not an address")]
    [InlineData("port: 1\nhost: 0.0.0.0\n", 2, "host: 0.0.0.0 is open to other hosts")]
    [InlineData("tls_key: key.pem\n", 1, "tls_key: there is a key without a certificate")]
    [InlineData("port: 1\ntls_cert: /absent.pem\n", 2, "tls_cert: /absent.pem cannot be read")]
    [InlineData("a: [\n", 2, "this is no YAML")]
    [InlineData("- a\n", 1, "the file has to be a mapping of host, port")]
    [InlineData("port: 1\n---\nport: 2\n", 3, "a second document; the file may have one")]
    [InlineData("", 1, "the file is empty; it may have host, port")]
    [InlineData("# nothing\n", 1, "the file is empty; it may have host, port")]
    public async Task Error_NamesLineAndKey(string text, int line, string problem)
    {
        var file = Write("serve.yaml", text.Replace("FOLDER", Path.GetTempPath(), StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, text.Replace("FOLDER", Path.GetTempPath(), StringComparison.Ordinal));

        (await RunAsync("serve", "--config", file)).ShouldBe(2);

        var error = Error.ToString();
        error.ShouldStartWith($"error: {file}, line {line}: {problem}");
        error.ShouldNotContain("LmDeploy.");
        error.Count(character => character == '\n').ShouldBe(1);
        Fake.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task Json_HasLinesToo()
    {
        var file = Write("serve.json", "{", "  \"host\": \"localhost\",", "  \"port\": \"abc\"", "}");
        (await RunAsync("serve", "--config", file)).ShouldBe(2);
        Error.ToString().ShouldBe($"error: {file}, line 3: port has to be a whole number from 0 to 65535, got 'abc'\n");
    }

    [Fact]
    public async Task FileThatIsMissing_IsNamed()
    {
        (await RunAsync("serve", "--config", PathOf("absent.yaml"))).ShouldBe(2);
        Error.ToString().ShouldBe($"error: {PathOf("absent.yaml")}: the file does not exist\n");
    }

    [Theory]
    [InlineData("--tls-key: there is a key without a certificate", "--tls-key", "key.pem")]
    [InlineData("--tls-cert: /absent.pem cannot be read", "--tls-cert", "/absent.pem")]
    [InlineData("--port must be 0 to 65535, got 70000", "--port", "70000")]
    [InlineData("--host: 0.0.0.0 is open to other hosts", "--host", "0.0.0.0")]
    [InlineData("MODEL one=/absent: there is no model folder '/absent'", "one=/absent")]
    [InlineData("--replicas must be 1 to 64, got 0", "--replicas", "0")]
    public async Task Flag_IsNamedInTheSameWay(string problem, params string[] args)
    {
        (await RunAsync(["serve", .. args])).ShouldBe(2);
        Error.ToString().ShouldStartWith($"error: {problem}");
    }
}
