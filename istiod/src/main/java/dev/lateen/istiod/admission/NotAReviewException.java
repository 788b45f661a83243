package dev.lateen.istiod.admission;

/** A text is no AdmissionReview with a request; the message says what is missing. */
public final class NotAReviewException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param message what was found and what is expected */
    NotAReviewException(String message) {
        super(message, null, false, false);
    }
}
