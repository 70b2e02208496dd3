#!/usr/bin/env python3
"""Subscribes to tracks of a Sluis gateway over mutual TLS and prints one line each: needs nothing but generated stubs."""

import argparse
import datetime
import sys

import grpc

from sluis.v1 import orbit_pb2, stream_pb2, stream_pb2_grpc


def read(path):
    with open(path, "rb") as file:
        return file.read()


def utc(timestamp):
    return datetime.datetime.fromtimestamp(timestamp.seconds, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def name(reference):
    return reference.name or reference.international_designator or str(reference.catalogue_number)


def line(product):
    track = product.track
    position = track.state.position_m
    return (
        f"{name(track.object)}  version {product.version}  {utc(track.state.epoch)}  "
        f"{orbit_pb2.Frame.Name(track.state.frame)[6:]} "
        f"{position.x / 1000:.3f} {position.y / 1000:.3f} {position.z / 1000:.3f} km  "
        f"1-sigma {track.quality.position_sigma_m:.0f} m"
    )


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("endpoint", help="host:port")
    arguments.add_argument("--trust", required=True, help="roots that vouch for the gateway, PEM")
    arguments.add_argument("--cert", required=True, help="own certificate and its issuing CAs, PEM")
    arguments.add_argument("--key", required=True, help="own private key, PEM")
    arguments.add_argument("--limit", type=int, default=0, help="end after so many tracks; 0: never")
    options = arguments.parse_args()

    request = stream_pb2.SubscribeRequest(
        kinds=[stream_pb2.PRODUCT_KIND_TRACK], snapshot=stream_pb2.StartSnapshot()
    )
    credentials = grpc.ssl_channel_credentials(read(options.trust), read(options.key), read(options.cert))
    tracks = 0
    with grpc.secure_channel(options.endpoint, credentials) as channel:
        for message in stream_pb2_grpc.SubscriptionServiceStub(channel).Subscribe(request):
            kind = message.WhichOneof("message")
            if kind == "delivery":
                product = stream_pb2.Product()
                product.ParseFromString(message.delivery.payload)
                print(line(product), flush=True)
                tracks += 1
                if tracks == options.limit:
                    return 0
            elif kind == "withdrawn":
                print(f"withdrawn: {message.withdrawn.product_id}", flush=True)
            elif kind == "gap":
                print(f"gap: {stream_pb2.GapReason.Name(message.gap.reason)}", file=sys.stderr)
            elif kind == "closing":
                print(f"closing: {stream_pb2.ClosingReason.Name(message.closing.reason)}", file=sys.stderr)
                return 3
    return 1


if __name__ == "__main__":
    sys.exit(main())
