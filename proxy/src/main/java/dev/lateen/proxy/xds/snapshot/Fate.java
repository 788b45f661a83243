package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.xds.decode.Decoded;
import io.vertx.core.Future;
import java.util.List;

/**
 * What becomes of a response.
 *
 * @param applied done when the data path has what can be had of it now, well or not; the next response may be read then
 * @param known done when it may be answered, with what was rejected beside what could not be decoded
 */
public record Fate(Future<?> applied, Future<List<Decoded.Rejected>> known) {}
