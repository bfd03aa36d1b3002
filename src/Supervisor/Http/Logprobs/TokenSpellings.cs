using System.Collections.Concurrent;
using System.Text;
using LmDeploy.Supervisor.Requests;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Logprobs;

/// <summary>What each token of one model adds to a text; asked of its worker once. Thread-safe.</summary>
/// <param name="key">Of a pipeline that runs the model.</param>
internal sealed class TokenSpellings(RequestProxy proxy, string key)
{
    private readonly ConcurrentDictionary<int, byte[]> _bytes = new();

    /// <summary>Learns those of tokens and of all that could have stood in their place.</summary>
    public Task LearnAsync(IEnumerable<ChosenToken> tokens, CancellationToken cancellationToken) => LearnAsync(tokens.SelectMany(token => token.AllIds), cancellationToken);

    /// <summary>Learns those that are not known yet.</summary>
    public async Task LearnAsync(IEnumerable<int> ids, CancellationToken cancellationToken)
    {
        var request = new DescribeTokensRequest { Ids = { ids.Distinct().Where(id => !_bytes.ContainsKey(id)) } };
        if (request.Ids.Count == 0)
        {
            return;
        }

        var response = await proxy.CallAsync(request, key, [], (client, asked, options) => client.DescribeTokensAsync(asked, options), cancellationToken);
        foreach (var (id, bytes) in request.Ids.Zip(response.Bytes))
        {
            _bytes[id] = bytes.ToByteArray();
        }
    }

    /// <summary>The bytes of UTF-8, which may be part of a character. Learnt before.</summary>
    public byte[] BytesOf(int id) => _bytes[id];

    /// <summary>The text; what is part of a character is U+FFFD. Learnt before.</summary>
    public string TextOf(int id) => Encoding.UTF8.GetString(_bytes[id]);
}
