package dev.lateen.proxy.decide;

import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.route.RouteDecision;
import java.time.Duration;
import java.util.List;

/**
 * What becomes of a request.
 *
 * @param facts the exchange with its head as it was prepared and edited, who the client is, route and cluster
 * @param route the route that was taken, whatever became of it later
 * @param delay how long filters hold it first; zero for not at all
 */
public record RequestVerdict(ExchangeFacts facts, RouteDecision route, Duration delay, Outcome outcome) {
    /** The end of it. */
    public sealed interface Outcome {}

    /** It is answered here. */
    public record Answered(LocalReply reply) implements Outcome {}

    /** It goes to an endpoint of a cluster. @param targets may be empty: then it is answered 503 */
    public record Forwarded(Cluster cluster, List<Target> targets) implements Outcome {
        /** Copies the list. */
        public Forwarded {
            targets = List.copyOf(targets);
        }
    }

    /** A filter asks somebody else first, whom nobody asked here. */
    public record AsksElsewhere() implements Outcome {}
}
