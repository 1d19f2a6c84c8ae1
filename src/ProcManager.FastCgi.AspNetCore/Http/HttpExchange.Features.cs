using System.Collections;
using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.Features;

namespace ProcManager.FastCgi.AspNetCore.Http;

internal sealed partial class HttpExchange
{
    private static readonly FrozenSet<Type> Own = new[]
    {
        typeof(IHttpRequestFeature), typeof(IHttpResponseFeature), typeof(IHttpResponseBodyFeature), typeof(IRequestBodyPipeFeature), typeof(IHttpRequestBodyDetectionFeature),
        typeof(IHttpMaxRequestBodySizeFeature), typeof(IHttpConnectionFeature), typeof(IHttpRequestLifetimeFeature), typeof(IHttpRequestIdentifierFeature),
        typeof(IHttpBodyControlFeature), typeof(IHttpUpgradeFeature), typeof(IFastCgiFeature),
    }.ToFrozenSet();

    /// <summary>What the request's own collection falls back to: nothing is stored for a feature that the application leaves alone.</summary>
    private sealed class Defaults(HttpExchange exchange) : IFeatureCollection
    {
        public bool IsReadOnly => true;

        public int Revision => 0;

        public object? this[Type key]
        {
            get => Own.Contains(key) ? exchange : null;
            set => throw new NotSupportedException();
        }

        public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

        public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => Own.Select(t => new KeyValuePair<Type, object>(t, exchange)).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
