package nl.sluis.partner.command;

import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.SubscribeResponse;

/** Writes a stream to standard output. */
interface StreamWriter {
    void product(ReceivedProduct product);

    /** A message of the stream that is neither a product nor a checkpoint. */
    void event(SubscribeResponse message);

    /** Called once, at the end. */
    void end();
}
