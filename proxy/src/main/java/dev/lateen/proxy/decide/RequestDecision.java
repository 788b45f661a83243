package dev.lateen.proxy.decide;

import dev.lateen.proxy.forward.Upgrades;
import dev.lateen.proxy.head.HeadPreparation;
import dev.lateen.proxy.head.HeadRefusal;
import dev.lateen.proxy.http.filter.FilterCompiler;
import dev.lateen.proxy.http.filter.FilterCounters;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.http.filter.LocalWorkload;
import dev.lateen.proxy.http.filter.RouteFilters;
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
final class RequestDecision {
    private final ProxySnapshot snapshot;
    private final ConnectionVerdict.Requests connection;
    private final RandomGenerator random;
    private final @Nullable Trace trace;
    private final @Nullable RouteMatcher matcher;
    private final FilterCompiler filters = new FilterCompiler(LocalWorkload.NONE, new FilterCounters());
    private Duration delay = Duration.ZERO;
    private RouteDecision route = new RouteDecision.NotFound(null);
    private @Nullable Cluster cluster;

    /** @param matcher null while the route table is not there */
    RequestDecision(
            ProxySnapshot snapshot,
            ConnectionVerdict.Requests connection,
            @Nullable RouteMatcher matcher,
            RandomGenerator random,
            @Nullable Trace trace) {
        this.snapshot = snapshot;
        this.connection = connection;
        this.matcher = matcher;
        this.random = random;
        this.trace = trace;
    }

    RequestVerdict on(RequestHead head) {
        HttpConnectionManager manager = connection.manager();
        ExchangeFacts facts = new ExchangeFacts(connection.facts(), head, 0, 0);
        HeadRefusal refusal = HeadPreparation.prepare(facts, manager, trace);
        if (refusal != null) {
            LocalReply reply = LocalReply.headRefused(refusal);
            return new RequestVerdict(facts, route, delay, new RequestVerdict.Answered(reply));
        }
        RequestVerdict.Outcome outcome = filtered(facts, routed(facts));
        outcome = outcome == null ? acted(facts) : outcome;
        return new RequestVerdict(facts, route, delay, outcome);
    }

    /** Chooses the route by the head and the metadata of the moment. @return the filters that have something to do for it */
    private RouteFilters routed(ExchangeFacts facts) {
        if (matcher != null) {
            route = matcher.match(facts.request(), facts.dynamicMetadata(), random, trace);
        }
        cluster = note(facts);
        return filters.compile(connection.manager(), route.entry());
    }

    private @Nullable Cluster note(ExchangeFacts facts) {
        RouteEntry entry = route.entry();
        facts.route(
                entry == null ? null : entry.route(),
                entry == null ? "" : entry.virtualHost().name());
        Cluster found = route instanceof RouteDecision.Forward forward
                ? snapshot.clusters().get(forward.cluster())
                : null;
        facts.cluster(found);
        if (trace != null && route instanceof RouteDecision.Forward forward) {
            tellCluster(trace, forward, found);
        }
        return found;
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
    private RequestVerdict.@Nullable Outcome filtered(ExchangeFacts facts, RouteFilters first) {
        FilterQuestions questions = new FilterQuestions(random, trace);
        RouteFilters chain = first;
        for (int i = 0; i < chain.size(); i++) {
            if (chain.wish(i) != null) {
                return new RequestVerdict.AsksElsewhere();
            }
            FilterVerdict verdict = chain.filter(i).onRequest(facts, questions);
            if (verdict instanceof FilterVerdict.Delay wait) {
                delay = delay.plus(wait.delay());
                verdict = wait.then();
            }
            switch (verdict) {
                case FilterVerdict.Continue _ -> {}
                case FilterVerdict.Reroute _ -> chain = chain.goOnWith(i + 1, routed(facts));
                case FilterVerdict.Reply(LocalReply reply) -> {
                    return new RequestVerdict.Answered(reply);
                }
                case FilterVerdict.Delay _, FilterVerdict.Wait _ -> {
                    return new RequestVerdict.AsksElsewhere();
                }
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

    private RequestVerdict.Outcome acted(ExchangeFacts facts) {
        RequestHead head = facts.request();
        return switch (route) {
            case RouteDecision.Forward forward -> forwarded(facts, forward);
            case RouteDecision.Redirect redirect ->
                new RequestVerdict.Answered(
                        LocalReply.redirect(redirect.action().status(), RedirectLocation.of(redirect, head)));
            case RouteDecision.Direct direct ->
                new RequestVerdict.Answered(LocalReply.direct(direct.action().status(), "", List.of()));
            case RouteDecision.TlsRedirect _ ->
                new RequestVerdict.Answered(LocalReply.redirectToTls(RedirectLocation.toHttps(head)));
            case RouteDecision.NotFound _ -> new RequestVerdict.Answered(LocalReply.routeNotFound());
        };
    }

    private RequestVerdict.Outcome forwarded(ExchangeFacts facts, RouteDecision.Forward forward) {
        Cluster to = cluster;
        if (to == null) {
            return new RequestVerdict.Answered(
                    LocalReply.clusterNotFound(forward.action().clusterNotFoundStatus()));
        }
        if (!Upgrades.allowed(facts.request(), connection.manager(), forward.action())) {
            return new RequestVerdict.Answered(LocalReply.upgradeFailed());
        }
        List<Target> targets = Endpoints.of(snapshot, to, connection.facts(), facts, trace);
        forward.entry().prepareRequest(facts, facts.request(), suppressesEnvoyHeaders());
        return new RequestVerdict.Forwarded(to, targets);
    }
}
