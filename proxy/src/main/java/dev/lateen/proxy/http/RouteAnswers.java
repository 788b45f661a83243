package dev.lateen.proxy.http;

import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.route.RedirectLocation;
import dev.lateen.proxy.route.RouteDecision;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** The answers that a route itself holds: redirects and direct responses. */
final class RouteAnswers {
    private RouteAnswers() {}

    static ResponseHead redirect(RouteDecision.Redirect decision, Exchange exchange) {
        if (!(decision.entry().route().action() instanceof RouteAction.Redirect action)) {
            throw new IllegalStateException("redirect without its action");
        }
        return located(action.status(), RedirectLocation.of(decision, exchange.request()), exchange);
    }

    static ResponseHead toHttps(Exchange exchange) {
        return located(301, RedirectLocation.toHttps(exchange.request()), exchange);
    }

    private static ResponseHead located(int status, String location, Exchange exchange) {
        exchange.responseCodeDetails("direct_response");
        HeaderMap headers = new HeaderMap();
        headers.add("location", location);
        return new ResponseHead(status, headers);
    }

    static ResponseHead direct(RouteDecision.Direct decision, Exchange exchange) {
        exchange.responseCodeDetails("direct_response");
        HeaderMap headers = new HeaderMap();
        RouteAction.DirectResponse action = action(decision);
        if (action.body().length() > 0) {
            headers.add("content-length", Integer.toString(action.body().length()));
            headers.add("content-type", "text/plain");
        }
        return new ResponseHead(action.status(), headers);
    }

    /** Null when there is none to send. */
    static @Nullable ByteBuf directBody(RouteDecision.Direct decision, Exchange exchange) {
        RouteAction.DirectResponse action = action(decision);
        boolean none =
                action.body().length() == 0 || exchange.request().method().equals("HEAD");
        return none ? null : Unpooled.wrappedBuffer(action.body().bytes());
    }

    private static RouteAction.DirectResponse action(RouteDecision.Direct decision) {
        if (decision.entry().route().action() instanceof RouteAction.DirectResponse action) {
            return action;
        }
        throw new IllegalStateException("direct response without its action");
    }
}
