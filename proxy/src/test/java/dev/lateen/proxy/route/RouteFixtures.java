package dev.lateen.proxy.route;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.HeaderMutations;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.ClusterSpecifier;
import dev.lateen.proxy.model.RouteAction.HashPolicy;
import dev.lateen.proxy.model.RouteAction.HostRewrite;
import dev.lateen.proxy.model.RouteAction.PathRewrite;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import dev.lateen.proxy.model.RouteMatch;
import dev.lateen.proxy.model.RouteMatch.PathMatch;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.model.VirtualHost.RequireTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Short words for route tables and requests. */
public final class RouteFixtures {
    private RouteFixtures() {}

    public static RequestHead get(String authority, String path, String... headers) {
        return request("GET", authority, path, headers);
    }

    public static RequestHead request(String method, String authority, String path, String... headers) {
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < headers.length; i += 2) {
            map.add(headers[i], headers[i + 1]);
        }
        return new RequestHead(method, path, authority, "http", HttpProtocol.HTTP_1_1, map);
    }

    public static ExchangeFacts exchange(RequestHead head) {
        return new ExchangeFacts(connection("10.1.2.3", 4567), head, 1_700_000_000_123L, 0);
    }

    public static ConnectionFacts connection(String remote, int port) {
        return new ConnectionFacts(7, address(remote, port), address("10.0.0.9", 8080), true, true, "", null);
    }

    public static InetSocketAddress address(String ip, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(ip), port);
        } catch (UnknownHostException notAnAddress) {
            throw new IllegalArgumentException(ip, notAnAddress);
        }
    }

    public static RouteTable table(VirtualHost... hosts) {
        return new RouteTable("t", List.of(hosts), false, HeaderMutations.NONE, HeaderMutations.NONE, false, false);
    }

    public static VirtualHost host(String domain, Route... routes) {
        return host(List.of(domain), RequireTls.NONE, routes);
    }

    public static VirtualHost host(List<String> domains, RequireTls tls, Route... routes) {
        return new VirtualHost(
                domains.getFirst(),
                domains,
                List.of(routes),
                tls,
                HeaderMutations.NONE,
                HeaderMutations.NONE,
                false,
                false,
                null,
                Map.of());
    }

    public static Route route(RouteMatch match, RouteAction action) {
        return route("r", match, action, HeaderMutations.NONE, HeaderMutations.NONE);
    }

    public static Route route(
            String name, RouteMatch match, RouteAction action, HeaderMutations request, HeaderMutations response) {
        return new Route(name, match, action, request, response, Map.of(), new Provenance("from/" + name));
    }

    /** All of this prefix to a cluster. */
    public static Route prefix(String prefix, String cluster) {
        return route(
                cluster, match(new PathMatch.Prefix(prefix)), to(cluster), HeaderMutations.NONE, HeaderMutations.NONE);
    }

    public static RouteMatch match(PathMatch path, HeaderMatcher... headers) {
        return new RouteMatch(path, true, Arrays.asList(headers), List.of(), 1_000_000, false);
    }

    public static RouteMatch any(HeaderMatcher... headers) {
        return match(new PathMatch.Prefix("/"), headers);
    }

    public static HeaderMatcher header(String name, String exact) {
        return header(name, new StringMatcher.Exact(exact, false));
    }

    public static HeaderMatcher header(String name, StringMatcher matcher) {
        return new HeaderMatcher(name, new HeaderMatcher.Test.Value(matcher), false, false);
    }

    public static RouteAction.Forward to(String cluster) {
        return forward(new ClusterSpecifier.Single(cluster), new PathRewrite.None(), new HostRewrite.None());
    }

    public static RouteAction.Forward forward(ClusterSpecifier cluster, PathRewrite path, HostRewrite host) {
        return forward(cluster, path, host, List.of(), false);
    }

    public static RouteAction.Forward forward(
            ClusterSpecifier cluster, PathRewrite path, HostRewrite host, List<HashPolicy> hash, boolean appendHost) {
        return new RouteAction.Forward(
                cluster,
                new RouteAction.Rewrite(path, host, appendHost),
                RouteAction.Timeouts.of(Duration.ZERO),
                null,
                List.of(),
                hash,
                503,
                List.of());
    }

    public static RouteAction.Forward weighted(Object... nameAndWeight) {
        WeightedCluster[] clusters = new WeightedCluster[nameAndWeight.length / 2];
        long total = 0;
        for (int i = 0; i < clusters.length; i++) {
            int weight = (Integer) nameAndWeight[2 * i + 1];
            total += weight;
            clusters[i] = new WeightedCluster(
                    (String) nameAndWeight[2 * i], weight, HeaderMutations.NONE, HeaderMutations.NONE, null, Map.of());
        }
        return forward(
                new ClusterSpecifier.Weighted(List.of(clusters), total),
                new PathRewrite.None(),
                new HostRewrite.None());
    }

    /** Name, value pairs, all to overwrite. */
    public static HeaderMutations set(String... namesAndValues) {
        HeaderMutations.HeaderValueOption[] options = new HeaderMutations.HeaderValueOption[namesAndValues.length / 2];
        for (int i = 0; i < options.length; i++) {
            options[i] = new HeaderMutations.HeaderValueOption(
                    namesAndValues[2 * i],
                    namesAndValues[2 * i + 1],
                    HeaderMutations.AppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
                    false);
        }
        return new HeaderMutations(List.of(options), List.of());
    }
}
