package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.Route.Decorator;

/**
 * What a request is called in traces, and how both sides of a hop agree on it by {@code x-envoy-decorator-operation} (Envoy docs, "HTTP
 * header manipulation"): the caller's name for it counts, and where the caller has none, the server's. As in Envoy, a connection manager
 * with {@code tracing} does this whether or not it has a tracer, so the header goes no further than the next such proxy.
 */
enum OperationNames implements ExchangeObserver {
    /** Of an outbound listener: tells servers the name, and believes theirs. */
    CLIENT {
        @Override
        public void onRequest(ExchangeFacts exchange) {
            Decorator decorator = decorator(exchange);
            if (named(exchange, decorator) && decorator.propagate()) {
                exchange.request().headers().set(HEADER, decorator.operation());
            }
        }

        @Override
        public void onResponse(ExchangeFacts exchange, ResponseHead head) {
            take(exchange, head.headers());
        }
    },
    /** Of any other listener: believes clients, and tells those that had no name. */
    SERVER {
        @Override
        public void onRequest(ExchangeFacts exchange) {
            if (!take(exchange, exchange.request().headers())) {
                named(exchange, decorator(exchange));
            }
        }

        @Override
        public void onResponse(ExchangeFacts exchange, ResponseHead head) {
            Decorator decorator = decorator(exchange);
            if (decorator.propagate() && exchange.operation() != null && !exchange.operationTold()) {
                head.headers().set(HEADER, decorator.operation());
            }
        }
    };

    private static final String HEADER = "x-envoy-decorator-operation";

    private static Decorator decorator(ExchangeFacts exchange) {
        Route route = exchange.route();
        return route == null ? Decorator.NONE : route.decorator();
    }

    private static boolean named(ExchangeFacts exchange, Decorator decorator) {
        if (decorator.operation().isEmpty()) {
            return false;
        }
        exchange.operation(decorator.operation(), false);
        return true;
    }

    /** Takes the header away, with the name it tells. @return whether it told one */
    private static boolean take(ExchangeFacts exchange, HeaderMap headers) {
        CharSequence told = headers.get(HEADER);
        if (told == null) {
            return false;
        }
        String name = told.toString();
        headers.remove(HEADER);
        if (name.isEmpty()) {
            return false;
        }
        exchange.operation(name, true);
        return true;
    }
}
