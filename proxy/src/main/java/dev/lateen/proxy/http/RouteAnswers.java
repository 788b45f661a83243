package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.route.RedirectLocation;
import dev.lateen.proxy.route.RouteDecision;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answers that a route itself holds: redirects and direct responses. */
final class RouteAnswers {
    private RouteAnswers() {}

    /** Answers a request that is not forwarded as its route, or the lack of one, says. */
    static void give(RouteDecision decision, HttpExchange exchange) {
        switch (decision) {
            case RouteDecision.Redirect redirect -> exchange.reply(redirect(redirect, exchange.facts()));
            case RouteDecision.Direct direct -> give(direct, exchange);
            case RouteDecision.TlsRedirect ignored -> exchange.reply(toHttps(exchange.facts()));
            case RouteDecision.NotFound ignored -> exchange.reply(LocalReply.routeNotFound());
            case RouteDecision.Forward forward -> throw new IllegalArgumentException("to be forwarded: " + forward);
        }
    }

    private static void give(RouteDecision.Direct direct, HttpExchange exchange) {
        ExchangeFacts facts = exchange.facts();
        if (facts.request().isGrpc()) {
            exchange.reply(asReply(direct, facts));
            return;
        }
        ResponseHead head = direct(direct, facts);
        direct.entry().responseHeaders().apply(facts, head);
        exchange.send(head, directBody(direct, facts));
    }

    private static LocalReply redirect(RouteDecision.Redirect decision, ExchangeFacts exchange) {
        return LocalReply.redirect(decision.action().status(), RedirectLocation.of(decision, exchange.request()));
    }

    static LocalReply toHttps(ExchangeFacts exchange) {
        return LocalReply.redirectToTls(RedirectLocation.toHttps(exchange.request()));
    }

    private static ResponseHead direct(RouteDecision.Direct decision, ExchangeFacts exchange) {
        exchange.responseCodeDetails("direct_response");
        HeaderMap headers = new HeaderMap();
        RouteAction.DirectResponse action = decision.action();
        if (action.body().length() > 0) {
            headers.add("content-length", Integer.toString(action.body().length()));
            headers.add("content-type", "text/plain");
        }
        if (action.status() == 201) {
            // What was made is what was asked for (RFC 9110 section 15.3.2).
            RequestHead request = exchange.request();
            headers.add("location", request.scheme() + "://" + request.authority() + request.path());
        }
        return new ResponseHead(action.status(), headers);
    }

    /** As gRPC clients get it: the body is the message of a failure. */
    private static LocalReply asReply(RouteDecision.Direct decision, ExchangeFacts exchange) {
        ResponseHead head = direct(decision, exchange);
        CharSequence location = head.headers().get("location");
        return LocalReply.direct(
                head.status(),
                new String(decision.action().body().bytes(), StandardCharsets.UTF_8),
                location == null ? List.of() : List.of("location", location.toString()));
    }

    /** Null when there is none to send. */
    private static @Nullable ByteBuf directBody(RouteDecision.Direct decision, ExchangeFacts exchange) {
        RouteAction.DirectResponse action = decision.action();
        boolean none =
                action.body().length() == 0 || exchange.request().method().equals("HEAD");
        return none ? null : Unpooled.wrappedBuffer(action.body().bytes());
    }
}
