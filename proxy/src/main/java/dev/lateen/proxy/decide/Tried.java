package dev.lateen.proxy.decide;

import dev.lateen.proxy.message.ResponseHead;

/** What came of a try, as far as the retry rule looks at it. */
public sealed interface Tried {
    /** There was an answer. */
    record Answered(ResponseHead head) implements Tried {}

    /** The stream was reset before an answer. @param refused whether the upstream said that it did not look at the request */
    record Reset(boolean refused) implements Tried {}

    /** No answer came in the try's time. */
    record TimedOut() implements Tried {}

    /** No connection could be made. @param unresolved because its name could not be resolved */
    record NotConnected(boolean unresolved) implements Tried {}
}
