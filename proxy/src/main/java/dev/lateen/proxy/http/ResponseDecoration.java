package dev.lateen.proxy.http;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.SmallNumbers;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.route.RouteDecision;

/** What the connection manager writes on every response's head: {@code date}, {@code server}, {@code x-envoy-attempt-count}. */
final class ResponseDecoration {
    private ResponseDecoration() {}

    static void apply(
            ExchangeFacts exchange,
            ResponseHead head,
            HttpConnectionManager manager,
            RouteDecision decision,
            HttpWorker worker) {
        HeaderMap headers = head.headers();
        if (!headers.contains("date")) {
            headers.add("date", worker.date());
        }
        switch (manager.server().header()) {
            case OVERWRITE -> headers.set("server", manager.server().name());
            case APPEND_IF_ABSENT -> {
                if (!headers.contains("server")) {
                    headers.add("server", manager.server().name());
                }
            }
            case PASS_THROUGH -> {}
        }
        if (decision instanceof RouteDecision.Forward forward
                && forward.entry().virtualHost().includeAttemptCountInResponse()
                && exchange.attempts() > 0) {
            headers.set("x-envoy-attempt-count", SmallNumbers.text(exchange.attempts()));
        }
    }
}
