package dev.lateen.istiod.discovery;

import java.time.Instant;

/**
 * A proxy whose stream broke and that has not come back yet.
 *
 * @param last how it stood when its stream broke
 * @param since when that was
 */
public record AbsentProxy(ProxyStatus last, Instant since) {}
