package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.reason.Trace;
import org.jspecify.annotations.Nullable;

/** What a filter may ask of the connection it runs on. */
public interface FilterContext {
    /** True with the given chance in millionths (0 to 1,000,000); drawn from the injected source of chance. */
    boolean chance(int millionths);

    /** Whom to tell why a filter decides as it does; null, as for every request that is really under way, when nobody asks. */
    default @Nullable Trace trace() {
        return null;
    }
}
