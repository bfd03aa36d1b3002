using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>Somebody looks at a server's page. Disposing leaves it.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Server _server;
    private readonly List<string> _complaints = [];
    private readonly List<Uri> _requests = [];

    private Visit(IBrowserContext context, IPage page, Server server)
    {
        (_context, Page, _server) = (context, page, server);
        page.SetDefaultTimeout(Chromium.DeadlineMilliseconds);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        page.Request += (_, request) => _requests.Add(new Uri(request.Url));
    }

    public IPage Page { get; }

    /// <summary>What was asked for so far.</summary>
    public IReadOnlyList<Uri> Requests => [.. _requests];

    public static async Task<Visit> StartAsync(
        Chromium chromium, Server server, int width = 1280, int height = 800, ColorScheme colors = ColorScheme.Light, Func<IPage, Task>? prepare = null)
    {
        var context = await chromium.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = colors,
        });
        var visit = new Visit(context, await context.NewPageAsync(), server);
        await (prepare?.Invoke(visit.Page) ?? Task.CompletedTask);
        await visit.Page.GotoAsync(server.Address.ToString());
        return visit;
    }

    public ILocator ById(string id) => Page.Locator($"#{id}");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    /// <summary>The card of a model.</summary>
    public ILocator Model(string name) => Page.Locator("#models-list .model")
        .Filter(new LocatorFilterOptions { Has = Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name, Exact = true }) });

    public static Task SeeAsync(ILocator what, string text) => Assertions.Expect(what).ToContainTextAsync(text);

    public Task OpenModelsAsync() => Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Models" }).ClickAsync();

    /// <summary>Goes to the chat, and waits until there is a model to ask.</summary>
    public async Task OpenChatAsync()
    {
        await Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Chat" }).ClickAsync();
        await ChatReadyAsync();
    }

    public Task ChatReadyAsync() => Assertions.Expect(ById("chat-model-0")).Not.ToHaveValueAsync("");

    /// <summary>Asks, and waits until all has been answered.</summary>
    public async Task AskAsync(string question)
    {
        await Page.GetByLabel("Message").FillAsync(question);
        await Button("Send").ClickAsync();
        await Assertions.Expect(Page.Locator("#chat-view .answer[aria-busy]")).ToHaveCountAsync(0);
        await SeeAsync(ById("chat-status"), "Answered");
    }

    public async Task LoadAsync(string model)
    {
        await Button($"Load {model}").ClickAsync();
        await SeeAsync(Model(model).Locator(".state"), "ready");
    }

    /// <summary>The browser complained of nothing, and asked nobody but the server.</summary>
    public void ShouldBeClean()
    {
        _complaints.ShouldBeEmpty();
        _requests.ShouldNotBeEmpty();
        _requests.ShouldAllBe(request => request.Authority == _server.Address.Authority);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
