package dev.lateen.proxy.transport;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Turns a host name into addresses without blocking. */
public interface NameResolver {
    /** @return addresses in the order the name server gave them; fails when there is no answer */
    CompletionStage<Answer> resolve(String name);

    /** @param timeToLive the shortest of the records'; zero when it is not known */
    record Answer(List<InetAddress> addresses, Duration timeToLive) {
        public Answer {
            addresses = List.copyOf(addresses);
        }
    }
}
