package dev.lateen.it.decide;

import dev.lateen.it.decide.Question.Request;
import dev.lateen.proxy.decide.Arrival;
import dev.lateen.proxy.decide.Arrival.FirstBytes;
import dev.lateen.proxy.decide.ConnectionVerdict;
import dev.lateen.proxy.decide.Decisions;
import dev.lateen.proxy.decide.RequestVerdict;
import dev.lateen.proxy.decide.Target;
import dev.lateen.proxy.decide.Tried;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.TerminalFilter;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.reason.Trace;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a question comes to, decided without a socket.
 *
 * @param terminal of the filter chain; null when the connection is closed before it comes to one, or what was seen of it is nobody's
 * @param status of the answer; 0 when there is none in HTTP
 * @param details Envoy's; empty when the answer is an upstream's
 * @param targets how each endpoint that may be asked is spoken to
 * @param attempts how often an endpoint is asked
 */
record Expected(
        Kind kind,
        @Nullable TerminalFilter terminal,
        int status,
        String details,
        String cluster,
        Map<String, String> targets,
        int attempts,
        boolean delayed,
        String path) {
    /** How it ends. */
    enum Kind {
        /** Closed before anything of it was looked at as a request. */
        CLOSED,
        /** Closed by a network filter. */
        DENIED,
        /** What the client says is not what the chain speaks. */
        NOT_UNDERSTOOD,
        /** Answered by the proxy. */
        ANSWERED,
        /** Answered by an endpoint, or for it, by the last try. */
        FORWARDED,
        /** Bytes went to an endpoint. */
        RELAYED
    }

    private static Expected of(Kind kind, @Nullable TerminalFilter terminal, String details) {
        return new Expected(kind, terminal, 0, details, "", Map.of(), 0, false, "");
    }

    static Expected of(Decisions decisions, Question question, InetSocketAddress called, Chance chance, Trace trace) {
        ConnectionVerdict verdict = decisions.connection(arrival(question, called), trace);
        return switch (verdict) {
            case ConnectionVerdict.NoListener _,
                    ConnectionVerdict.NoFilterChain _,
                    ConnectionVerdict.HandshakeFails _ -> of(Kind.CLOSED, null, "");
            case ConnectionVerdict.Denied denied ->
                of(Kind.DENIED, denied.chain().chain().terminal(), denied.details());
            case ConnectionVerdict.Relayed relayed -> relayed(decisions, question, relayed, chance, trace);
            case ConnectionVerdict.Requests requests -> {
                Question.Request request = question.request();
                boolean garbled = question.tls() != null && requests.facts().tls() == null;
                yield request == null || garbled
                        ? of(Kind.NOT_UNDERSTOOD, null, "")
                        : requested(decisions, request, requests, chance, trace);
            }
        };
    }

    private static Arrival arrival(Question question, InetSocketAddress called) {
        Question.Tls tls = question.tls();
        FirstBytes first = tls != null
                ? new FirstBytes.ClientHello(tls.serverName(), tls.alpn())
                : question.request() != null ? new FirstBytes.Http("http/1.1") : new FirstBytes.Other();
        return new Arrival(
                called,
                new InetSocketAddress(called.getAddress(), 1),
                question.original().startsWith(":") ? null : Client.address(question.original()),
                first,
                tls == null ? null : handshake(tls.account()));
    }

    private static TlsFacts handshake(String account) {
        boolean shown = !account.isEmpty();
        return new TlsFacts(
                "TLSv1.3",
                "",
                null,
                shown ? List.of(Identities.uri(account)) : List.of(),
                List.of(),
                shown ? "CN=" + account : "",
                shown ? "00" : "",
                "",
                Identities.uri("pod"));
    }

    private static Expected relayed(
            Decisions decisions, Question question, ConnectionVerdict.Relayed relayed, Chance chance, Trace trace) {
        String cluster = decisions.cluster(relayed, chance, trace);
        Map<String, String> targets = targets(decisions.targets(relayed, cluster, trace));
        if (question.tls() != null && relayed.facts().tls() == null) {
            // Nobody ends the client's own TLS on the way.
            String own = question.tls().account().isEmpty() ? "TLS" : "mTLS";
            targets.replaceAll((_, _) -> own);
        }
        return new Expected(
                targets.isEmpty() ? Kind.CLOSED : Kind.RELAYED,
                relayed.proxy(),
                0,
                "",
                cluster,
                targets,
                targets.isEmpty() ? 0 : 1,
                false,
                question.request() == null ? "" : question.request().path());
    }

    private static Map<String, String> targets(List<Target> targets) {
        Map<String, String> all = new HashMap<>();
        targets.forEach(target ->
                all.put(target.endpoint().host() + ":" + target.endpoint().port(), security(target.tls())));
        return all;
    }

    private static String security(@Nullable UpstreamTls tls) {
        return tls == null ? "plain" : tls.settings().certificates().isEmpty() ? "TLS" : "mTLS";
    }

    private static Expected requested(
            Decisions decisions, Request request, ConnectionVerdict.Requests requests, Chance chance, Trace trace) {
        HeaderMap headers = new HeaderMap();
        if (!request.user().isEmpty()) {
            headers.add("x-user", request.user());
        }
        RequestHead head = new RequestHead(
                request.method(), request.path(), request.host(), "http", HttpProtocol.HTTP_1_1, headers);
        RequestVerdict verdict = decisions.request(requests, head, chance, trace);
        boolean delayed = !verdict.delay().isZero();
        TerminalFilter terminal = requests.manager();
        return switch (verdict.outcome()) {
            case RequestVerdict.Answered(LocalReply reply) -> {
                String cluster = verdict.facts().cluster() == null
                        ? ""
                        : verdict.facts().cluster().name();
                yield new Expected(
                        Kind.ANSWERED, terminal, reply.status(), reply.details(), cluster, Map.of(), 0, delayed, "");
            }
            case RequestVerdict.Forwarded(var cluster, var targets) -> {
                int attempts = attempts(decisions, verdict, request.script(), trace);
                String last = word(request.script(), attempts - 1);
                yield new Expected(
                        Kind.FORWARDED,
                        terminal,
                        last.equals("reset") ? 503 : Integer.parseInt(last),
                        "",
                        cluster.name(),
                        targets(targets),
                        attempts,
                        delayed,
                        verdict.facts().request().path());
            }
            case RequestVerdict.AsksElsewhere _ -> throw new AssertionError("nobody to ask is configured");
        };
    }

    private static String word(List<String> script, int attempt) {
        return script.get(Math.min(attempt, script.size() - 1));
    }

    private static int attempts(Decisions decisions, RequestVerdict verdict, List<String> script, Trace trace) {
        int made = 0;
        while (decisions.retry(verdict, tried(word(script, made)), made, trace)) {
            made++;
        }
        return made + 1;
    }

    private static Tried tried(String word) {
        return word.equals("reset")
                ? new Tried.Reset(false)
                : new Tried.Answered(new ResponseHead(Integer.parseInt(word), new HeaderMap()));
    }
}
