package dev.lateen.proxy.decide;

import dev.lateen.proxy.forward.Upgrades;
import dev.lateen.proxy.head.HeadPreparation;
import dev.lateen.proxy.head.HeadRefusal;
import dev.lateen.proxy.http.filter.FilterCompiler;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.FilterCounters;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.http.filter.LocalWorkload;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import dev.lateen.proxy.route.RedirectLocation;
import dev.lateen.proxy.route.RouteDecision;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.route.RouteMatcher;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One request on its way through the decisions, in the order of the data path: head, route, filters, what the route says. */
final class RequestDecision implements FilterContext {
    private static final int MILLION = 1_000_000;

    private final ProxySnapshot snapshot;
    private final ConnectionVerdict.Requests connection;
    private final RandomGenerator random;
    private final @Nullable Trace trace;
    private Duration delay = Duration.ZERO;

    RequestDecision(
            ProxySnapshot snapshot,
            ConnectionVerdict.Requests connection,
            RandomGenerator random,
            @Nullable Trace trace) {
        this.snapshot = snapshot;
        this.connection = connection;
        this.random = random;
        this.trace = trace;
    }

    @Override
    public boolean chance(int millionths) {
        return random.nextInt(MILLION) < millionths;
    }

    @Override
    public @Nullable Trace trace() {
        return trace;
    }

    /** @param matcher null while the route table is not there */
    RequestVerdict on(RequestHead head, @Nullable RouteMatcher matcher) {
        HttpConnectionManager manager = connection.manager();
        ExchangeFacts facts = new ExchangeFacts(connection.facts(), head, 0, 0);
        HeadRefusal refusal = HeadPreparation.prepare(facts, manager, trace);
        if (refusal != null) {
            LocalReply reply = LocalReply.headRefused(refusal);
            return new RequestVerdict(
                    facts, new RouteDecision.NotFound(null), delay, new RequestVerdict.Answered(reply));
        }
        RouteDecision route =
                matcher == null ? new RouteDecision.NotFound(null) : matcher.match(head, random, trace);
        Cluster cluster = note(facts, route);
        RequestVerdict.Outcome outcome = filtered(facts, route.entry());
        outcome = outcome == null ? acted(facts, route, cluster) : outcome;
        return new RequestVerdict(facts, route, delay, outcome);
    }

    private @Nullable Cluster note(ExchangeFacts facts, RouteDecision route) {
        RouteEntry entry = route.entry();
        if (entry != null) {
            facts.route(entry.route(), entry.virtualHost().name());
        }
        Cluster cluster = route instanceof RouteDecision.Forward forward
                ? snapshot.clusters().get(forward.cluster())
                : null;
        if (cluster != null) {
            facts.cluster(cluster);
        }
        if (trace != null && route instanceof RouteDecision.Forward forward) {
            tellCluster(trace, forward, cluster);
        }
        return cluster;
    }

    private static void tellCluster(Trace trace, RouteDecision.Forward forward, @Nullable Cluster cluster) {
        var weighted = forward.entry().weighted();
        String how = weighted == null ? "the route's" : "drawn by its weight, " + weighted.weight();
        if (cluster == null) {
            trace.no(Question.CLUSTER, forward.cluster(), Provenance.NONE, how + ", and there is none of this name");
        } else {
            trace.yes(Question.CLUSTER, cluster.name(), cluster.origin().provenance(), how);
        }
    }

    /** Asks the route's filters in their order; what the data path would count, nobody sees here. @return null when all of them agree */
    private RequestVerdict.@Nullable Outcome filtered(ExchangeFacts facts, @Nullable RouteEntry entry) {
        List<HttpFilter> filters = new FilterCompiler(LocalWorkload.NONE, new FilterCounters())
                .compile(connection.manager(), entry);
        for (HttpFilter filter : filters) {
            FilterVerdict verdict = filter.onRequest(facts, this);
            if (verdict instanceof FilterVerdict.Delay wait) {
                delay = delay.plus(wait.delay());
                verdict = wait.then();
            }
            RequestVerdict.Outcome end = switch (verdict) {
                case FilterVerdict.Continue _ -> null;
                case FilterVerdict.Reply(LocalReply reply) -> new RequestVerdict.Answered(reply);
                case FilterVerdict.Delay _, FilterVerdict.Wait _ -> new RequestVerdict.AsksElsewhere();
            };
            if (end != null) {
                return end;
            }
        }
        return null;
    }

    private boolean suppressesEnvoyHeaders() {
        List<HttpFilterConfig> filters = connection.manager().filters();
        return !filters.isEmpty()
                && filters.getLast() instanceof HttpFilterConfig.Router router
                && router.suppressEnvoyHeaders();
    }

    private RequestVerdict.Outcome acted(ExchangeFacts facts, RouteDecision route, @Nullable Cluster cluster) {
        RequestHead head = facts.request();
        return switch (route) {
            case RouteDecision.Forward forward -> forwarded(facts, forward, cluster);
            case RouteDecision.Redirect redirect ->
                new RequestVerdict.Answered(LocalReply.redirect(
                        redirect.action().status(), RedirectLocation.of(redirect, head)));
            case RouteDecision.Direct direct ->
                new RequestVerdict.Answered(
                        LocalReply.direct(direct.action().status(), "", List.of()));
            case RouteDecision.TlsRedirect _ ->
                new RequestVerdict.Answered(LocalReply.redirectToTls(RedirectLocation.toHttps(head)));
            case RouteDecision.NotFound _ -> new RequestVerdict.Answered(LocalReply.routeNotFound());
        };
    }

    private RequestVerdict.Outcome forwarded(
            ExchangeFacts facts, RouteDecision.Forward forward, @Nullable Cluster cluster) {
        if (cluster == null) {
            return new RequestVerdict.Answered(
                    LocalReply.clusterNotFound(forward.action().clusterNotFoundStatus()));
        }
        if (!Upgrades.allowed(facts.request(), connection.manager(), forward.action())) {
            return new RequestVerdict.Answered(LocalReply.upgradeFailed());
        }
        List<Target> targets = Endpoints.of(snapshot, cluster, connection.facts(), facts, trace);
        forward.entry().prepareRequest(facts, facts.request(), suppressesEnvoyHeaders());
        return new RequestVerdict.Forwarded(cluster, targets);
    }
}
